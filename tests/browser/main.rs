//! Tests in a real browser: headless Chromium, driven over the W3C driver protocol by `chromedriver`.
//!
//! They need `chromium` and `chromedriver` (Debian's packages `chromium` and `chromium-driver`; the environment variables `CHROMIUM`
//! and `CHROMEDRIVER` name others), so they run only with the feature `browser`:
//!
//! ```sh
//! cargo test -p pingone-password-tests --features browser --test browser
//! ```
//!
//! | module | what it tests |
//! | --- | --- |
//! | `page` | the emulator's page |
//! | `report` | the page of `pingone-password report --output html` |
//! | `first_visit` | a reader who knows nothing but the URL that the emulator's program prints |
//! | `sign_in` | a person who signs in, and a hostile page in the same browser |

mod browser;
mod first_visit;
mod page;
mod program;
mod report;
mod sign_in;

use std::error::Error;

type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;
