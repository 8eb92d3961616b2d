//! A page of users, and the link to the next.

use url::form_urlencoded;

use crate::error::Defect;
use crate::model::{Link, UserPage};
use crate::requests;

/// Where a page leads.
pub(super) enum Next {
    Page(requests::ReadUsers),
    End,
    /// There is another page, but the link doesn't say which.
    NoCursor,
}

/// Returns the request for the page after this one.
///
/// Only the query of the link is used: its host may be an internal one, and the access token must go nowhere else. What the
/// query doesn't repeat stays as it was.
pub(super) fn next(page: &UserPage, request: &requests::ReadUsers) -> Next {
    let link = page.links.as_ref().and_then(|links| links.get("next"));
    let Some(Link { href, .. }) = link else { return Next::End };
    let before_fragment = href.split('#').next().unwrap_or_default();
    let query = before_fragment.split_once('?').map_or("", |(_, query)| query);
    let mut next = request.clone();
    next.cursor = None;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "cursor" => next.cursor = Some(value.into_owned()),
            "filter" => next.filter = Some(value.into_owned()),
            "limit" => next.limit = value.parse().ok().or(next.limit),
            _ => {}
        }
    }
    if next.cursor.as_ref().is_some_and(|cursor| !cursor.is_empty()) { Next::Page(next) } else { Next::NoCursor }
}

/// Returns why a page can't be trusted to be a page, if so.
///
/// What isn't of the documented type is in `extra`. A page whose users or links are there must not pass for an empty or a last
/// one, and neither must a JSON object from something that isn't PingOne.
pub(super) fn defect(page: &UserPage) -> Option<Defect> {
    let UserPage { embedded, links, count, size, extra, .. } = page;
    let is_odd = |name| extra.contains_key(name);
    let has_odd_users = embedded.as_ref().is_some_and(|embedded| embedded.extra.contains_key("users"));
    if has_odd_users || is_odd("_embedded") || is_odd("_links") {
        Some(Defect::OddPage)
    } else if embedded.is_none() && links.is_none() && count.is_none() && size.is_none() {
        Some(Defect::NotAPage)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next_of(href: &str) -> Next {
        let page = serde_json::json!({ "_links": { "next": { "href": href } } });
        let page = serde_json::from_value(page).expect("a page");
        next(&page, &requests::ReadUsers::new().filter("enabled eq true").limit(7))
    }

    #[test]
    fn only_the_query_of_a_link_counts() {
        for href in [
            "https://api.pingone.eu/v1/environments/e/users?cursor=a%2Bb&limit=7",
            "http://10.0.0.1:8080/other/path?limit=nonsense&cursor=a%2Bb#fragment?cursor=no",
            "?cursor=a%2Bb",
            "?prefix=1&cursor=a%2Bb&filter=enabled%20eq+true",
        ] {
            let Next::Page(next) = next_of(href) else { panic!("{href}") };
            assert_eq!(next.cursor.as_deref(), Some("a+b"), "{href}");
            assert_eq!(next.filter.as_deref(), Some("enabled eq true"), "{href}");
            assert_eq!(next.limit, Some(7), "{href}");
        }
    }

    #[test]
    fn what_is_not_a_page_is_not_an_empty_one() {
        for (json, is_page) in [
            (r#"{"_embedded":{"users":[]},"_links":{"self":{"href":"a"}}}"#, true),
            (r#"{"_links":{"self":{"href":"a"}}}"#, true),
            (r#"{"size":0}"#, true),
            (r#"{"_embedded":{"users":[null]}}"#, false),
            (r#"{"_embedded":{"users":{}},"_links":{}}"#, false),
            (r#"{"_embedded":[],"_links":{}}"#, false),
            (r#"{"_embedded":{"users":[]},"_links":[]}"#, false),
            (r#"{"_embedded":{"users":[]},"_links":{"next":{"href":7}}}"#, false),
            (r#"{"status":"ok"}"#, false),
            ("{}", false),
        ] {
            let page = serde_json::from_str(json).expect("an object");
            assert_eq!(defect(&page).is_none(), is_page, "{json}");
        }
    }

    #[test]
    fn a_link_without_a_cursor_is_not_the_end() {
        for href in ["", "https://api.pingone.eu/v1", "?", "?cursor=", "?limit=5", "#?cursor=a"] {
            assert!(matches!(next_of(href), Next::NoCursor), "{href}");
        }
        assert!(matches!(next(&serde_json::from_str("{}").expect("a page"), &requests::ReadUsers::new()), Next::End));
    }
}
