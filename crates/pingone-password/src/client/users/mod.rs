//! Finding users.

mod filter;
mod find;
mod page;
mod query;
mod stream;

pub use self::filter::{Attribute, Filter, InvalidFilter};
pub(super) use self::find::find_user;
pub use self::find::{FindUserError, FoundUser, UserKey};
pub use self::query::UserQuery;
pub use self::stream::UserStream;
