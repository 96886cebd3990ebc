//! The rule that is checked only at a finish.

use wire::Reason;
use wire::ispws::{check_at_finish, parse_file_details};

use crate::details_with;

fn check(tail: &str) -> Result<(), Reason> {
    let details = parse_file_details(details_with(tail).as_bytes()).unwrap();
    check_at_finish(&details).map_err(|refusal| {
        assert_eq!(refusal.response_code(), 4100);
        refusal.reason
    })
}

#[test]
fn a_file_that_gives_context_is_neither_classified_nor_a_meme() {
    let context = "<fileRelevance>Supplemental Reported</fileRelevance>";
    let class = "<industryClassification>A1</industryClassification>";
    let broken = Err(Reason::FileRuleBroken);
    assert_eq!(check(context), Ok(()));
    assert_eq!(check(&format!("{context}{class}")), broken);
    assert_eq!(
        check(&format!("{context}<potentialMeme>true</potentialMeme>")),
        broken
    );
    assert_eq!(
        check(&format!("{context}<potentialMeme>false</potentialMeme>")),
        Ok(())
    );
    let annotations = |mark: &str| format!("<fileAnnotations><{mark}/></fileAnnotations>");
    assert_eq!(
        check(&format!("{context}{}", annotations("potentialMeme"))),
        broken
    );
    assert_eq!(check(&format!("{context}{}", annotations("viral"))), Ok(()));
}

#[test]
fn a_reported_file_may_be_either() {
    let class = "<industryClassification>A1</industryClassification>";
    assert_eq!(check(class), Ok(()));
    let reported = "<fileRelevance>Reported</fileRelevance><potentialMeme>true</potentialMeme>";
    assert_eq!(check(&format!("{reported}{class}")), Ok(()));
}
