//! Sign-in of a person: a public application, without a secret.

mod application;
mod authorization_code;
mod device;
mod id_token;
mod loopback;
mod person;
mod random;
mod refresh;
mod server;
mod session;
mod store;
mod stored;
mod user_sign_in;

pub use self::application::SignInApplication;
pub use self::authorization_code::BrowserAuthorization;
pub use self::device::DeviceAuthorization;
pub use self::person::Person;
pub(crate) use self::server::{Endpoints, SignInServer};
pub use self::store::{MemoryStore, SignInStore, StoreError};
pub use self::stored::SignedIn;
pub use self::user_sign_in::UserSignIn;
