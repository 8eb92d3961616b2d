//! The bounds that programs rely on. What breaks one of them doesn't compile.

use std::collections::HashSet;
use std::error::Error as StdError;
use std::fmt::{Debug, Display};
use std::future::{Future, IntoFuture};
use std::hash::Hash;
use std::str::FromStr;

use pingone_password::model::User;
use pingone_password::requests::UnlockPassword;
use pingone_password::{
    AccessToken, Client, ClientBuilder, ClientCredentials, EnvironmentId, Error, FindUserError, FoundUser, Method,
    Outcome, PasswordState, RawOperation, Region, Response, RetryPolicy, SendRequest, TokenError, UserId, UserKey,
    UserQuery, UserStream, VendorMediaType,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Result, builder, user_id};

fn shared<T: Send + Sync + Unpin + Clone + 'static>() {}
fn sent<T: Send + Unpin + 'static>() {}
fn an_error<T: StdError + Send + Sync + Unpin + 'static>() {}
fn an_id<T: Copy + Ord + Hash + Display + FromStr + Serialize + DeserializeOwned + Send + Sync + Unpin>() {}
fn future<T: Future + Send + 'static>(_: T) {}

#[test]
fn types_can_be_shared_and_futures_sent() -> Result {
    shared::<Client>();
    shared::<ClientBuilder>();
    shared::<ClientCredentials>();
    shared::<AccessToken>();
    shared::<RetryPolicy>();
    shared::<Outcome>();
    shared::<VendorMediaType>();
    shared::<UserKey>();
    shared::<UserQuery>();
    shared::<FoundUser>();
    shared::<Response<PasswordState>>();
    shared::<Response<User>>();
    shared::<SendRequest<UnlockPassword>>();
    sent::<RawOperation>();
    sent::<UserStream>();
    an_error::<Error>();
    an_error::<TokenError>();
    an_error::<FindUserError>();
    an_id::<EnvironmentId>();
    an_id::<UserId>();
    an_id::<Region>();

    let client = builder("http://127.0.0.1:1").build()?;
    future(client.unlock_password(user_id()).into_future());
    future(client.read_password_state(user_id()).with_response());
    future(
        client.raw(user_id(), Method::Post, "application/vnd.pingidentity.password.check+json".parse()?).into_future(),
    );
    let (finding, key) = (client.clone(), UserKey::username("maria"));
    future(async move { finding.find_user(key).await });
    let mut users = client.users().stream();
    future(async move { users.next().await });
    Ok(())
}

/// The same as text, in JSON, in an order, and in a set, in whatever case it was written.
#[test]
fn an_id_is_the_same_everywhere() -> Result {
    fn check<T>(lower: &str) -> Result
    where
        T: Copy + Ord + Hash + Display + Debug + FromStr + Serialize + DeserializeOwned,
        T::Err: StdError + Send + Sync + 'static,
    {
        let id: T = lower.to_uppercase().parse()?;
        assert_eq!(id.to_string(), lower);
        assert_eq!(serde_json::to_string(&id)?, format!("\"{lower}\""));
        assert_eq!(serde_json::from_str::<T>(&format!("\"{}\"", lower.to_uppercase()))?, id);
        assert!(serde_json::from_str::<T>("\"maria\"").is_err());
        let next: T = lower.replacen('a', "b", 1).parse()?;
        assert!(id < next);
        assert_eq!(HashSet::from([id, id, next]).len(), 2);
        Ok(())
    }
    check::<EnvironmentId>("abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6")?;
    check::<UserId>("abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6")
}
