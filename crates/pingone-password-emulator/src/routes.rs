//! Which operation a request asks for: by its path, its method, and on POST its media type.

use std::sync::Arc;

use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, Path, Query, State, rejection::PathRejection},
    http::{
        HeaderMap, Method, Uri,
        header::{AUTHORIZATION, CONTENT_TYPE},
    },
    middleware::from_fn_with_state,
    response::Response,
    routing::any,
};
use uuid::Uuid;

use crate::{
    answers::{Outcome, Strike},
    body::{self, ApiError},
    fault::Fault,
    faults::Operation,
    recording::{self, CorrelationId},
    store::{ENVIRONMENT_ID, Shared, Store},
    token,
};

const UNLOCK: &str = "application/vnd.pingidentity.password.unlock+json";

/// What the vendor also does on this path, each by a media type of its own.
const NOT_EMULATED: [&str; 9] = [
    "application/vnd.pingidentity.password.check+json",
    "application/vnd.pingidentity.password.recover+json",
    "application/vnd.pingidentity.password.sendRecoveryCode+json",
    "application/vnd.pingidentity.password.forceChange",
    "application/vnd.pingidentity.password.forceChange+json",
    "application/vnd.pingidentity.password.reset+json",
    "application/vnd.pingidentity.password.set+json",
    "application/vnd.pingidentity.password.setValue+json",
    "application/vnd.pingidentity.password.setGateway+json",
];

/// The routes, and around them from the inside out: the recording and the latency, the correlation id and the
/// faults, the limit of the body.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/v1/environments/{environment}/users/{user}/password", any(password))
        .route("/{environment}/as/token", any(token::issue))
        .fallback(not_found)
        .layer(from_fn_with_state(Arc::clone(&shared), recording::record))
        .layer(from_fn_with_state(Arc::clone(&shared), recording::correlate))
        .layer(DefaultBodyLimit::max(recording::BODY_LIMIT))
        .with_state(shared)
}

async fn not_found(Extension(id): Extension<CorrelationId>) -> Response {
    ApiError::not_found().into_response(id)
}

async fn password(
    State(shared): State<Arc<Shared>>,
    Extension(id): Extension<CorrelationId>,
    path: Result<Path<(String, String)>, PathRejection>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let path = path.map_or_else(|_| Default::default(), |Path(path)| path);
    match carry_out(&shared, &path, &method, &uri, &headers) {
        Ok(response) => response,
        Err(error) => error.into_response(id),
    }
}

/// The checks, then the fault if there is one, then the operation if the fault lets it happen.
fn carry_out(
    shared: &Shared,
    path: &(String, String),
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    let mut store = shared.store();
    let asked = check(&mut store, path, method, uri, headers)?;
    let fault = store.strike(asked.user, asked.operation);
    let applied = asked.operation == Operation::Unlock && fault.is_none_or(Fault::applies);
    if applied {
        store.unlock(asked.user);
    }
    let user = *store.users.get(&asked.user).ok_or_else(ApiError::not_found)?;
    drop(store);

    let state = body::password_state(&shared.api_url, asked.user, user, asked.with_policy);
    let (mut response, strike) = match fault {
        None => (body::ok(&state), None),
        Some(fault) => (Response::default(), Some(Strike::Password(fault, state))),
    };
    response.extensions_mut().insert(Outcome { applied, strike });
    Ok(response)
}

/// What a request that is in order asks for.
struct Asked {
    user: Uuid,
    operation: Operation,
    with_policy: bool,
}

/// The checks in the order of the table in the crate's documentation.
fn check(
    store: &mut Store,
    (environment, user): &(String, String),
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<Asked, ApiError> {
    if store.rate_limit.as_mut().is_some_and(|limit| !limit.admit()) {
        return Err(ApiError::rate_limited());
    }
    if !bearer_token(headers).is_some_and(|token| store.tokens.accept(token)) {
        return Err(ApiError::invalid_token());
    }
    let environment = uuid(environment).ok_or_else(|| ApiError::not_a_uuid("environmentId"))?;
    if environment != ENVIRONMENT_ID {
        return Err(ApiError::other_environment());
    }
    let user = uuid(user).ok_or_else(|| ApiError::not_a_uuid("userId"))?;
    if !store.users.contains_key(&user) {
        return Err(ApiError::not_found());
    }
    match *method {
        Method::GET => {
            let with_policy = expands_policy(uri)?;
            Ok(Asked { user, operation: Operation::Read, with_policy })
        }
        Method::POST => {
            asks_for_unlock(headers)?;
            Ok(Asked { user, operation: Operation::Unlock, with_policy: false })
        }
        _ => Err(ApiError::method_not_allowed("GET, POST")),
    }
}

/// The token of the one `Authorization: Bearer …` there must be.
fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = only(headers, AUTHORIZATION)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then(|| token.trim())
}

/// A UUID as the vendor writes it, with hyphens and without braces; the digits' case does not matter.
fn uuid(text: &str) -> Option<Uuid> {
    let id = Uuid::try_parse(text).ok()?;
    id.to_string().eq_ignore_ascii_case(text).then_some(id)
}

/// `expand` may only say `passwordPolicy`; every other query parameter is passed over.
fn expands_policy(uri: &Uri) -> Result<bool, ApiError> {
    let Query(query) = Query::<Vec<(String, String)>>::try_from_uri(uri).map_err(|_| ApiError::invalid_expand())?;
    let mut expands = query.iter().filter(|(name, _)| name == "expand").peekable();
    let expanded = expands.peek().is_some();
    if expands.all(|(_, value)| value == "passwordPolicy") { Ok(expanded) } else { Err(ApiError::invalid_expand()) }
}

/// There must be one `Content-Type`, and it must be the unlock's; parameters behind it are passed over.
fn asks_for_unlock(headers: &HeaderMap) -> Result<(), ApiError> {
    let refuse = |detail| Err(ApiError::unsupported_media_type(detail, UNLOCK));
    let Some(content_type) = only(headers, CONTENT_TYPE) else {
        return refuse("There must be exactly one Content-Type.");
    };
    let (media_type, _parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    let is = |name: &str| media_type.trim().eq_ignore_ascii_case(name);
    if is(UNLOCK) {
        Ok(())
    } else if NOT_EMULATED.into_iter().any(is) {
        refuse("This is another operation of the resource; the emulator holds the unlock only.")
    } else {
        refuse("The media type names no operation of the resource.")
    }
}

/// The value of a header that is there exactly once.
pub(crate) fn only(headers: &HeaderMap, name: axum::http::HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.to_str().ok())?
}
