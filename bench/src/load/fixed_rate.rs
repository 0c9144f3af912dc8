//! Load at a fixed rate. Each request has a time at which it should be sent, and its latency counts from then, also when
//! its connection was still busy; so a server that stalls is not asked less often (coordinated omission).

use std::{
    io::{self, BufReader, Write as _},
    net::{SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use super::response;
use crate::statistics::{float, per_mille};

/// A request without a response within this time counts as failed.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The pause before the first request, in which all connections are opened.
const LEAD: Duration = Duration::from_millis(100);

/// Requests at a fixed rate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FixedRate<'a> {
    pub(crate) address: SocketAddr,
    /// As bytes; sent in turn.
    pub(crate) requests: &'a [Vec<u8>],
    /// Each connection has a thread, because timers of the runtime are not exact enough.
    pub(crate) connections: u32,
    /// Requests a second.
    pub(crate) rate: f64,
    pub(crate) seconds: u32,
}

/// The results.
#[derive(Debug, Default)]
pub(crate) struct Latencies {
    /// From when each request should have been sent to the end of its response.
    times: Vec<Duration>,
    /// How late those were sent whose connection was free.
    delays: Vec<Duration>,
    pub(crate) failed: u64,
    /// Until the last response.
    elapsed: Duration,
}

impl FixedRate<'_> {
    /// Sends the requests. Blocks until all have a response.
    pub(crate) fn send(self) -> Latencies {
        let start = Instant::now() + LEAD;
        let mut all = Latencies::default();
        thread::scope(|scope| {
            let threads: Vec<_> = (0..self.connections)
                .map(|connection| scope.spawn(move || self.connection(connection, start)))
                .collect();
            for latencies in threads.into_iter().filter_map(|it| it.join().ok()) {
                all.times.extend(latencies.times);
                all.delays.extend(latencies.delays);
                all.failed += latencies.failed;
                all.elapsed = all.elapsed.max(latencies.elapsed);
            }
        });
        all
    }

    /// Sends every n-th request.
    fn connection(&self, first: u32, start: Instant) -> Latencies {
        let mut latencies = Latencies::default();
        let mut stream = None;
        let total = self.rate * f64::from(self.seconds);
        let mut number = first;
        while f64::from(number) < total {
            let due = start + Duration::from_secs_f64(f64::from(number) / self.rate);
            if let Some(wait) = due.checked_duration_since(Instant::now()) {
                thread::sleep(wait);
                latencies.delays.push(due.elapsed());
            }
            match self.exchange(&mut stream, number) {
                Ok(true) => latencies.times.push(due.elapsed()),
                Ok(false) => latencies.failed += 1,
                Err(_) => {
                    latencies.failed += 1;
                    stream = None;
                }
            }
            latencies.elapsed = start.elapsed();
            number += self.connections;
        }
        latencies
    }

    fn exchange(&self, stream: &mut Option<BufReader<TcpStream>>, number: u32) -> io::Result<bool> {
        let stream = match stream {
            Some(stream) => stream,
            None => stream.insert(BufReader::new(connect(self.address)?)),
        };
        let request = &self.requests[number as usize % self.requests.len()];
        stream.get_mut().write_all(request)?;
        response::read(stream)
    }
}

fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    Ok(stream)
}

impl Latencies {
    /// Responses a second.
    pub(crate) fn rate(&self) -> f64 {
        float(self.times.len() as u64) / self.elapsed.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    /// The latency below which so many thousandths are.
    pub(crate) fn per_mille(&self, thousandths: usize) -> Duration {
        per_mille(&self.times, thousandths)
    }

    /// The same of the generator's own delay.
    pub(crate) fn delay_per_mille(&self, thousandths: usize) -> Duration {
        per_mille(&self.delays, thousandths)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead as _, BufReader, Write as _},
        net::{SocketAddr, TcpListener},
        thread,
        time::Duration,
    };

    use super::FixedRate;

    const REQUEST: &[u8] = b"POST / HTTP/1.1\r\n\r\n";

    /// A server that stalls once for this time, when it has answered a hundred requests.
    fn server(stall: Duration) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let stream = listener.accept().unwrap().0;
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let mut answered = 0;
            while let Some(Ok(_)) = lines.next() {
                let _ = lines.next();
                if answered == 100 {
                    thread::sleep(stall);
                }
                answered += 1;
                let response = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
                if (&stream).write_all(response).is_err() {
                    return;
                }
            }
        });
        address
    }

    fn send(stall: Duration) -> super::Latencies {
        let load = FixedRate {
            address: server(stall),
            requests: &[REQUEST.to_vec()],
            connections: 1,
            rate: 200.0,
            seconds: 2,
        };
        load.send()
    }

    #[test]
    fn the_rate_is_kept() {
        let latencies = send(Duration::ZERO);
        assert_eq!(latencies.failed, 0);
        assert_eq!(latencies.times.len(), 400);
        assert!((latencies.rate() - 200.0).abs() < 10.0, "{latencies:?}");
    }

    #[test]
    fn requests_that_should_have_been_sent_during_a_stall_are_late() {
        let latencies = send(Duration::from_millis(500));
        // A hundred of 400 were due in these 500 ms: a quarter of them waited for more than 125 ms in the mean.
        assert!(latencies.per_mille(850) > Duration::from_millis(100));
        assert!(latencies.per_mille(999) > Duration::from_millis(450));
        assert!(latencies.per_mille(500) < Duration::from_millis(100));
    }
}
