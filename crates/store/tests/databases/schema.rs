//! Creating, opening and refusing databases.

use store::{SCHEMA_VERSION, Store, StoreFault};

use crate::harness::{Database, both};

#[tokio::test]
async fn a_database_is_created_once_and_remembers_its_birth() {
    both(async |database| {
        assert_eq!(
            Store::migrate(&database.url).await.unwrap_err().code(),
            match database.url {
                store::StoreUrl::Sqlite(_) => "store.open",
                store::StoreUrl::Postgres(_) => "store.schema-missing",
            }
        );
        let store = database.create().await;
        assert_eq!(store.birth().await.unwrap(), Database::birth());
        let again = Store::create(&database.url, &Database::birth()).await;
        assert_eq!(again.unwrap_err(), StoreFault::SchemaPresent);
        assert_eq!(Store::migrate(&database.url).await.unwrap(), SCHEMA_VERSION);
        store.close().await;
        let opened = Store::open(&database.url).await.unwrap();
        assert_eq!(opened.birth().await.unwrap(), Database::birth());
        opened.close().await;
    })
    .await;
}

#[tokio::test]
async fn an_empty_database_is_not_opened() {
    both(async |database| {
        database.meddle("SELECT 1").await;
        let opened = Store::open(&database.url).await;
        assert_eq!(opened.unwrap_err(), StoreFault::SchemaMissing);
    })
    .await;
}

#[tokio::test]
async fn two_programs_that_create_at_once_make_one_database() {
    both(async |database| {
        let birth = Database::birth();
        let (one, two) = tokio::join!(
            Store::create(&database.url, &birth),
            Store::create(&database.url, &birth)
        );
        let refused: Vec<_> = [one, two].into_iter().filter_map(Result::err).collect();
        assert_eq!(refused, [StoreFault::SchemaPresent]);
    })
    .await;
}

#[tokio::test]
async fn inv_12_an_unknown_schema_version_is_refused() {
    both(async |database| {
        database.create().await.close().await;
        let next = (SCHEMA_VERSION + 1).to_string();
        for found in [next.as_str(), "0", "-1", "999", "1.0", "", "one"] {
            let sql = format!("UPDATE meta SET value = '{found}' WHERE key = 'schema_version'");
            database.meddle(&sql).await;
            let refusal = StoreFault::SchemaUnknown {
                found: found.to_owned(),
                known: SCHEMA_VERSION,
            };
            for outcome in [
                Store::open(&database.url).await.map(drop),
                Store::create(&database.url, &Database::birth())
                    .await
                    .map(drop),
                Store::migrate(&database.url).await.map(drop),
            ] {
                assert_eq!(outcome.unwrap_err(), refusal);
            }
        }
        database
            .meddle("DELETE FROM meta WHERE key = 'schema_version'")
            .await;
        let refusal = Store::open(&database.url).await.unwrap_err();
        assert_eq!(refusal.code(), "store.schema-unknown");
        database
            .meddle(&format!(
                "INSERT INTO meta (key, value) VALUES ('schema_version', '{SCHEMA_VERSION}')"
            ))
            .await;
        Store::open(&database.url).await.unwrap().close().await;
    })
    .await;
}
