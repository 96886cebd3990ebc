//! A stolen disk: database, blobs and log without the key files give nothing away.

use std::fs;

use model::ReportId;

use crate::house::{House, files, on_a_thread};

/// What must not be readable, planted where senders put it.
const MARKERS: [&str; 16] = [
    "marker-platform",
    "Markerfirst",
    "Markerlast",
    "marker.person@example.org",
    "marker.reporter@example.com",
    "+12025550147",
    "markerhandle77",
    "marker-account-8841",
    "203.0.113.77",
    "https://marker.example.net/page",
    "Marker narrative of what happened",
    "marker-file-name.png",
    "marker-original-name.png",
    "Marker bytes of a file",
    "marker-source.xml",
    "image/x-marker",
];

const DOCUMENT: &str = "\
<report>
  <incidentSummary>
    <incidentType>Online Enticement of Children for Sexual Acts</incidentType>
    <incidentDateTime>2026-01-02T03:04:05Z</incidentDateTime>
  </incidentSummary>
  <internetDetails>
    <webPageIncident>
      <url>https://marker.example.net/page</url>
    </webPageIncident>
  </internetDetails>
  <reporter>
    <reportingPerson>
      <firstName>Markerfirst</firstName>
      <lastName>Markerlast</lastName>
      <email>marker.reporter@example.com</email>
    </reportingPerson>
  </reporter>
  <personOrUserReported>
    <personOrUserReportedPerson>
      <phone>+12025550147</phone>
      <email>marker.person@example.org</email>
    </personOrUserReportedPerson>
    <espIdentifier>marker-account-8841</espIdentifier>
    <screenName>markerhandle77</screenName>
    <ipCaptureEvent>
      <ipAddress>203.0.113.77</ipAddress>
      <eventName>Login</eventName>
      <dateTime>2026-01-02T03:04:05Z</dateTime>
    </ipCaptureEvent>
  </personOrUserReported>
  <additionalInfo>Marker narrative of what happened</additionalInfo>
</report>
";

#[test]
fn a_stolen_disk_without_keys_tells_nothing() {
    let house = House::new();
    let secret = house.account("marker-platform", "sender");
    let serving = house.serve();
    let file = "Marker bytes of a file, often enough to be found. ".repeat(50);
    let report = on_a_thread(async {
        let mut sender = serving.sender("marker-platform", &secret).await;
        let id = sender.submit(DOCUMENT).await.unwrap();
        let name = "marker-file-name.png";
        let token = sender
            .upload(id, name, "image/x-marker", file.as_bytes())
            .await;
        let details = format!(
            "<fileDetails><reportId>{id}</reportId><fileId>{}</fileId>\
             <originalFileName>marker-original-name.png</originalFileName></fileDetails>",
            token.unwrap()
        );
        sender.describe(&details).await.unwrap();
        sender.finish(id).await.unwrap();
        // One stays open: its key is wrapped in another way.
        sender
            .submit(&DOCUMENT.replace("Login", "Upload"))
            .await
            .unwrap();
        id
    });
    let source = house.folder().join("marker-source.xml");
    fs::write(&source, DOCUMENT.replace("Login", "Unknown")).unwrap();
    house
        .run(&["report", &source.display().to_string()])
        .ended(0);
    expect_all_known(&house, report);
    let mut needles: Vec<Vec<u8>> = MARKERS
        .iter()
        .map(|text| text.as_bytes().to_vec())
        .collect();
    needles.push(secret.clone().into_bytes());
    let token = serving.sign_in.split_once("token=").unwrap().1.to_owned();
    needles.push(token.into_bytes());
    // A digest is as good as a name for a file that others know.
    for digest in [
        vault::sha256(file.as_bytes()),
        vault::sha256(DOCUMENT.as_bytes()),
    ] {
        needles.push(model::hex(&digest).into_bytes());
        needles.push(digest.to_vec());
    }
    // While it runs, with the write-ahead log beside the database, and after it ended in order.
    expect_nothing(&house, &needles);
    assert_eq!(serving.stop(), Some(0));
    house.verify();
    expect_nothing(&house, &needles);
}

/// The markers are what the program itself shows or keeps: a search for others would prove nothing.
fn expect_all_known(house: &House, report: ReportId) {
    let cases = house.cases();
    assert_eq!(cases.len(), 1, "what the reports share ties them");
    let members = cases[0]["members"].as_array().unwrap();
    assert!(
        members
            .iter()
            .any(|member| member["report"] == report.number())
    );
    assert!(
        members
            .iter()
            .any(|member| member["source"] == "marker-source.xml")
    );
    assert_eq!(cases[0]["evidence"][0]["type"], "image/x-marker");
}

fn expect_nothing(house: &House, needles: &[Vec<u8>]) {
    let keys = house.data().join("keys");
    let mut searched_bytes = 0;
    for (path, bytes) in files(&house.data()) {
        if path.starts_with(&keys) {
            continue;
        }
        searched_bytes += bytes.len();
        let lower = bytes.to_ascii_lowercase();
        for needle in needles {
            let found = find(&bytes, needle) || find(&lower, &needle.to_ascii_lowercase());
            let shown = String::from_utf8_lossy(needle);
            assert!(!found, "{} holds {shown:?}", path.display());
            assert!(
                !path.to_string_lossy().contains(&*shown),
                "{}",
                path.display()
            );
        }
    }
    assert!(searched_bytes > 10_000);
}

fn find(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}
