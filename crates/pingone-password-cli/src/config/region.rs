//! The region, in every spelling of PingOne's tools.

use pingone_password::Region;

/// Parses a region: a top-level domain (`com`), a region code (`NA`), a name (`NorthAmerica`), a domain (`pingone.com`), or a
/// URL of the region (`https://api.pingone.com/v1`).
pub(super) fn parse(text: &str) -> Result<Region, String> {
    let lower = text.to_ascii_lowercase();
    let host = lower.strip_prefix("https://").unwrap_or(&lower);
    let host = host.split(['/', ':']).next().unwrap_or_default().trim_end_matches('.');
    let domain = match host.split_once("pingone.") {
        Some(("" | "api." | "auth." | "console." | "apps." | "orchestrate-api.", domain)) => domain,
        _ => host,
    };
    let name: String = domain.chars().filter(char::is_ascii_alphanumeric).collect();
    Ok(match name.as_str() {
        "com" | "na" | "northamerica" => Region::NorthAmerica,
        "ca" | "canada" => Region::Canada,
        "eu" | "europe" => Region::Europe,
        "au" | "australia" | "comau" => Region::Australia,
        "sg" | "singapore" => Region::Singapore,
        "ap" | "asia" | "asiapacific" => Region::AsiaPacific,
        _ => {
            return Err(format!(
                "{} is not a region of PingOne: expected com, ca, eu, com.au, sg or asia",
                crate::terminal::quoted(text)
            ));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling() {
        for (texts, region) in [
            (
                &["com", ".com", "NA", "NorthAmerica", "North America", "pingone.com", "https://api.pingone.com/v1"][..],
                Region::NorthAmerica,
            ),
            (&["eu", "EU", "Europe", "auth.pingone.eu", "https://api.pingone.eu"], Region::Europe),
            (&["com.au", "AU", "pingone.com.au", "https://api.pingone.com.au/v1/"], Region::Australia),
            (&["ca", "CA", "Canada", "api.pingone.ca"], Region::Canada),
            (&["sg", "SG", "Singapore"], Region::Singapore),
            (&["asia", "AP", "AsiaPacific", "pingone.asia"], Region::AsiaPacific),
        ] {
            for text in texts {
                assert_eq!(parse(text), Ok(region), "{text}");
            }
        }
        for text in ["", "moon", "example.com", "https://evil.example.com", "pingone.com.evil.com"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
