//! The proxy, from the variables that curl reads.

use super::environment::variable;
use super::setting::{Source, Sourced};

/// The variables of a proxy for HTTPS. As in curl, lower case comes first.
const PROXY_VARIABLES: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
const EXCEPTION_VARIABLES: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// Reads the proxy.
pub(super) fn from_environment() -> Option<Sourced<String>> {
    first(&PROXY_VARIABLES)
}

/// Reads the hosts that use no proxy.
pub(super) fn exceptions() -> Option<Sourced<String>> {
    first(&EXCEPTION_VARIABLES)
}

fn first(names: &[&str]) -> Option<Sourced<String>> {
    names.iter().find_map(|name| {
        Some(Sourced { value: variable(name)?, source: Source::Variable, origin: format!("variable {name}") })
    })
}

/// Returns whether a list of exceptions contains a host: itself, a domain above it, or `*`.
pub(super) fn is_exception(exceptions: &str, host: &str) -> bool {
    let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
    exceptions.split([',', ' ']).map(str::trim).filter(|entry| !entry.is_empty()).any(|entry| {
        let entry = entry.to_ascii_lowercase();
        let entry = entry.trim_start_matches('.').trim_matches(['[', ']']);
        entry == "*" || host == entry || host.strip_suffix(entry).is_some_and(|rest| rest.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_are_hosts_and_domains() {
        for list in ["*", "api.pingone.eu", ".pingone.eu", "x, pingone.eu", "PINGONE.EU x"] {
            assert!(is_exception(list, "api.pingone.eu"), "{list}");
        }
        for list in ["", "ingone.eu", "pingone.com", "api.pingone.eu.example.com"] {
            assert!(!is_exception(list, "api.pingone.eu"), "{list}");
        }
    }
}
