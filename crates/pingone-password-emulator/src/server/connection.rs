//! Serves connections: HTTP by hyper, and raw bytes in its place for a [`RawResponse`].

use std::{convert::Infallible, future::pending, io, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::Request};
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream},
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::sleep,
};

#[cfg(feature = "tls")]
use tokio::time::timeout;

use crate::{
    connection_state::ConnectionState,
    raw_response::{ENDLESS_CHUNK, ENDLESS_PAUSE, RawResponse, Then},
};

/// The number of connections at a time. Others wait until one of them is closed.
const CONNECTION_LIMIT: usize = 1024;
/// The time for a TLS handshake, for the head of a request, and between two requests. Then the connection is closed.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// A connection's transport.
pub(crate) trait Socket: AsyncRead + AsyncWrite + Send + Unpin + 'static {
    /// Makes dropping it a reset (TCP RST).
    fn reset_on_drop(&self) -> io::Result<()>;
}

impl Socket for TcpStream {
    fn reset_on_drop(&self) -> io::Result<()> {
        self.set_zero_linger()
    }
}

/// A connection in memory, which has no reset: it just ends.
impl Socket for DuplexStream {
    fn reset_on_drop(&self) -> io::Result<()> {
        Ok(())
    }
}

/// Serves until `stopped`, then closes every connection.
pub(crate) async fn serve(
    listener: TcpListener,
    #[cfg(feature = "tls")] acceptor: Option<tokio_rustls::TlsAcceptor>,
    router: Router,
    mut stopped: oneshot::Receiver<()>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            _ = &mut stopped => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if connections.len() < CONNECTION_LIMIT => {
                let Ok((tcp, _)) = accepted else {
                    // The system is out of a resource, or the client has disconnected already.
                    sleep(Duration::from_millis(10)).await;
                    continue;
                };
                // Without it, responses are only slower.
                _ = tcp.set_nodelay(true);
                #[cfg(feature = "tls")]
                if let Some(acceptor) = acceptor.clone() {
                    let router = router.clone();
                    connections.spawn(async move {
                        if let Ok(Ok(tls)) = timeout(HEAD_TIMEOUT, acceptor.accept(tcp)).await {
                            serve_connection(tls, router).await;
                        }
                    });
                    continue;
                }
                connections.spawn(serve_connection(tcp, router.clone()));
            }
        }
    }
    drop(listener);
    connections.shutdown().await;
}

/// Serves one connection until either side closes it or a response is a [`RawResponse`].
pub(crate) async fn serve_connection(socket: impl Socket, router: Router) {
    let (take_over, mut raw) = mpsc::unbounded_channel();
    let router = TowerToHyperService::new(router);
    let state = Arc::<ConnectionState>::default();
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Arc::clone(&state));
        let response = router.call(request);
        let take_over = take_over.clone();
        async move {
            let mut response = response.await?;
            if let Some(raw) = response.extensions_mut().remove::<RawResponse>() {
                // The receiver outlives this future, which keeps hyper waiting from here on.
                _ = take_over.send(raw);
                pending::<()>().await;
            }
            Ok::<_, Infallible>(response)
        }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    let mut connection = http.serve_connection(TokioIo::new(socket), service);
    let raw = tokio::select! {
        biased;
        Some(raw) = raw.recv() => raw,
        _ = &mut connection => return,
    };
    let socket = connection.into_parts().io.into_inner();
    // The client may disconnect at any time.
    _ = send(raw, socket).await;
}

/// Writes a raw response, and does what follows it.
async fn send(raw: RawResponse, mut socket: impl Socket) -> io::Result<()> {
    socket.write_all(&raw.bytes).await?;
    socket.flush().await?;
    match raw.then {
        Then::Close => socket.shutdown().await,
        Then::Reset => socket.reset_on_drop(),
        Then::Stall => {
            let mut ignored = [0; 1024];
            while socket.read(&mut ignored).await? != 0 {}
            Ok(())
        }
        Then::Endless => {
            let chunk = format!("{ENDLESS_CHUNK:x}\r\n{}\r\n", " ".repeat(ENDLESS_CHUNK));
            loop {
                socket.write_all(chunk.as_bytes()).await?;
                socket.flush().await?;
                sleep(ENDLESS_PAUSE).await;
            }
        }
    }
}
