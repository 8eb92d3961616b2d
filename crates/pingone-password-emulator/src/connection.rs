//! Serving connections: HTTP by hyper, and raw bytes in its place where HTTP would be too well-behaved.

use std::{convert::Infallible, future::pending, io, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::sleep,
};

/// What a connection runs over.
pub(crate) trait Socket: AsyncRead + AsyncWrite + Send + Unpin + 'static {
    fn tcp(&self) -> &TcpStream;
}

impl Socket for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

/// Serves until `stopped`, and then ends every connection.
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
            accepted = listener.accept() => {
                let Ok((tcp, _)) = accepted else {
                    // The system is out of something, or the client has gone already.
                    sleep(Duration::from_millis(10)).await;
                    continue;
                };
                // It only costs time where this fails.
                _ = tcp.set_nodelay(true);
                #[cfg(feature = "tls")]
                if let Some(acceptor) = acceptor.clone() {
                    let router = router.clone();
                    connections.spawn(async move {
                        if let Ok(tls) = acceptor.accept(tcp).await {
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

/// Serves one connection until either side closes it, or until an answer is [`Raw`].
async fn serve_connection(socket: impl Socket, router: Router) {
    let (take_over, mut raw) = mpsc::unbounded_channel();
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |request: Request<Incoming>| {
        let answer = router.call(request.map(Body::new));
        let take_over = take_over.clone();
        async move {
            let mut response = answer.await?;
            if let Some(raw) = response.extensions_mut().remove::<Raw>() {
                // The receiver lives as long as this does; and from here on hyper waits for ever.
                _ = take_over.send(raw);
                pending::<()>().await;
            }
            Ok::<_, Infallible>(response)
        }
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(socket), service);
    let raw = tokio::select! {
        biased;
        Some(raw) = raw.recv() => raw,
        _ = &mut connection => return,
    };
    let socket = connection.into_parts().io.into_inner();
    // The client may go at any time.
    _ = raw.send(socket).await;
}

/// An answer that is written to the socket as it is, after which the connection is of no more use.
#[derive(Clone)]
pub(crate) struct Raw {
    pub(crate) bytes: Vec<u8>,
    pub(crate) then: Then,
}

/// What comes after the bytes.
#[derive(Clone, Copy)]
pub(crate) enum Then {
    /// FIN: what was sent arrives, and then the end.
    Close,
    /// RST.
    Reset,
    /// Nothing, until the client closes the connection.
    Stall,
    /// Chunks of spaces without end, 64 KiB every 10 ms: endless, but slow enough for whoever looks at a clock.
    Endless,
}

impl Raw {
    /// No byte of an answer.
    pub(crate) fn nothing(then: Then) -> Self {
        Self { bytes: Vec::new(), then }
    }

    async fn send(self, mut socket: impl Socket) -> io::Result<()> {
        socket.write_all(&self.bytes).await?;
        socket.flush().await?;
        match self.then {
            Then::Close => socket.shutdown().await,
            Then::Reset => socket.tcp().set_zero_linger(),
            Then::Stall => {
                let mut passed_over = [0; 1024];
                while socket.read(&mut passed_over).await? != 0 {}
                Ok(())
            }
            Then::Endless => {
                let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x1_0000));
                loop {
                    socket.write_all(chunk.as_bytes()).await?;
                    socket.flush().await?;
                    sleep(Duration::from_millis(10)).await;
                }
            }
        }
    }
}

/// A response that only carries the bytes to the connection.
impl IntoResponse for Raw {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        response.extensions_mut().insert(self);
        response
    }
}
