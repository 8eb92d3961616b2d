//! The users of all pages, one after the other.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::page::{self, Next};
use crate::call::Call;
use crate::error::{Defect, Error, Result};
use crate::model::{User, UserPage};
use crate::requests;
use crate::response::Response;
use crate::send::{BoxFuture, SendRequest, Sender};

/// A stream of users, built by [`UserQuery::stream`](super::UserQuery::stream).
///
/// It requests a page when the one before is used up, with the client's retries. It ends after the last page, after a page that
/// was requested before, and after an error: the users before the error are then not all there are.
///
/// The server doesn't promise an order, nor that no user is on two pages.
///
/// It is a [`Stream`]. Without a crate for streams, use [`next`](Self::next).
#[must_use = "a stream does nothing until it is polled"]
pub struct UserStream {
    users: VecDeque<User>,
    state: State,
    /// The cursors of the pages that were requested.
    cursors: HashSet<String>,
    request_count: u32,
}

enum State {
    Ready(SendRequest<requests::ReadUsers>),
    Waiting(SendRequest<requests::ReadUsers>, BoxFuture<Result<Response<UserPage>>>),
    #[cfg(feature = "test-util")]
    Failed(Error),
    Ended,
}

impl UserStream {
    pub(super) fn new(sender: Arc<Sender>, first: requests::ReadUsers) -> Self {
        let state = State::Ready(SendRequest::new(sender, first));
        Self { users: VecDeque::new(), state, cursors: HashSet::new(), request_count: 0 }
    }

    /// A stream without a client, of these users and maybe an error after them.
    #[cfg(feature = "test-util")]
    pub(crate) fn of_test(users: VecDeque<User>, error: Option<Error>) -> Self {
        let state = match error {
            Some(error) => State::Failed(error),
            None => State::Ended,
        };
        Self { users, state, cursors: HashSet::new(), request_count: 0 }
    }

    /// Returns the next user, or `None` at the end.
    ///
    /// # Errors
    ///
    /// If a page can't be read. The stream has then ended.
    pub async fn next(&mut self) -> Option<Result<User>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Returns the number of requests so far, retries included. Token requests don't count.
    #[must_use]
    pub fn request_count(&self) -> u32 {
        self.request_count
    }

    /// Takes the users of a page, and decides what to request after it.
    fn take(&mut self, sent: &SendRequest<requests::ReadUsers>, page: Response<UserPage>) -> Result<State> {
        self.request_count += page.request_count();
        let request = sent.request();
        let invalid = |defect| Error::defective(&Call::of(request), &page.raw, defect, None);
        if let Some(defect) = page::defect(&page.value) {
            return Err(invalid(defect));
        }
        let state = match page::next(&page.value, request) {
            Next::Page(next) if self.cursors.insert(next.cursor.clone().unwrap_or_default()) => {
                State::Ready(sent.with_request(next))
            }
            Next::Page(_) | Next::End => State::Ended,
            Next::NoCursor => return Err(invalid(Defect::NoCursor)),
        };
        self.users.extend(page.value.embedded.and_then(|embedded| embedded.users).unwrap_or_default());
        Ok(state)
    }
}

impl Stream for UserStream {
    type Item = Result<User>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<User>>> {
        let stream = self.get_mut();
        loop {
            if let Some(user) = stream.users.pop_front() {
                return Poll::Ready(Some(Ok(user)));
            }
            stream.state = match std::mem::replace(&mut stream.state, State::Ended) {
                State::Ready(request) => {
                    let page = request.clone().with_response();
                    State::Waiting(request, page)
                }
                State::Waiting(request, mut page) => match page.as_mut().poll(context) {
                    Poll::Pending => {
                        stream.state = State::Waiting(request, page);
                        return Poll::Pending;
                    }
                    Poll::Ready(page) => match page.and_then(|page| stream.take(&request, page)) {
                        Ok(state) => state,
                        Err(error) => {
                            stream.request_count += error.request_count();
                            return Poll::Ready(Some(Err(error)));
                        }
                    },
                },
                #[cfg(feature = "test-util")]
                State::Failed(error) => {
                    stream.request_count += error.request_count();
                    return Poll::Ready(Some(Err(error)));
                }
                State::Ended => return Poll::Ready(None),
            };
        }
    }
}

impl fmt::Debug for UserStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserStream").field("request_count", &self.request_count).finish_non_exhaustive()
    }
}
