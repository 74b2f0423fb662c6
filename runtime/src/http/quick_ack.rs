//! A TCP connection that acknowledges data as soon as it has read it.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A TCP connection without its two delays, Nagle's on writes and Linux's on acknowledgements.
///
/// A server with Nagle's algorithm enabled holds a small segment back until the previous one is acknowledged. TLS 1.3
/// has two in a row: the session tickets, and soon after them the first response. Linux delays an acknowledgement for
/// up to 40 ms if it expects data to carry it, but there is none: the request has been sent, and the response is what
/// is being waited for.
pub(super) struct QuickAckStream(TcpStream);

impl QuickAckStream {
    pub(super) fn new(stream: TcpStream) -> Self {
        // If these fail, the only cost is some latency.
        let _ = stream.set_nodelay(true);
        Self(stream)
    }

    /// Acknowledges what was read. Linux resets the option when data is sent, so it is set after every read.
    fn acknowledge(&self) {
        #[cfg(target_os = "linux")]
        let _ = self.0.set_quickack(true);
    }
}

impl AsyncRead for QuickAckStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.0).poll_read(cx, buffer);
        if read.is_ready() {
            self.acknowledge();
        }
        read
    }
}

impl AsyncWrite for QuickAckStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use crate::http::testing::run;

    /// A question and an answer: after it Linux considers a connection interactive and delays acknowledgements.
    async fn converse(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), server: &mut TcpStream) -> io::Result<()> {
        for _ in 0..4 {
            server.write_all(b"ticket").await?;
            stream.read_exact(&mut [0; 6]).await?;
            stream.write_all(b"request").await?;
            server.read_exact(&mut [0; 7]).await?;
        }
        server.write_all(b"answer").await?;
        stream.read_exact(&mut [0; 6]).await?;
        Ok(())
    }

    #[test]
    fn what_was_read_is_acknowledged_at_once() {
        run(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();

            let mut plain = TcpStream::connect(address).await.unwrap();
            let (mut server, _) = listener.accept().await.unwrap();
            converse(&mut plain, &mut server).await.unwrap();
            assert!(
                !plain.quickack().unwrap(),
                "Linux delays acknowledgements of an interactive connection"
            );

            let mut prompt = QuickAckStream::new(TcpStream::connect(address).await.unwrap());
            let (mut server, _) = listener.accept().await.unwrap();
            converse(&mut prompt, &mut server).await.unwrap();
            assert!(prompt.0.quickack().unwrap());
            assert!(prompt.0.nodelay().unwrap());
        });
    }
}
