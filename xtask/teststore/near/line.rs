//! A line to a server that breaks when it is told to.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// What happens to a request on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The connection ends before the request is through.
    Reset,
    /// What is asked is carried out, and its answer is lost.
    LoseAnswer,
    /// So many bytes of the answer come, and then the connection ends.
    Cut {
        /// How many.
        after_bytes: usize,
    },
    /// The answer comes so much later.
    Delay(Duration),
}

/// A fault that waits for a request.
struct Waiting {
    /// What the request begins with: its method and the start of its path.
    method: String,
    part: String,
    fault: Fault,
    left: usize,
}

#[derive(Default)]
struct Plan {
    waiting: Vec<Waiting>,
    met: usize,
}

/// A line to one server. It lasts as long as the process.
#[derive(Clone)]
pub(crate) struct Line {
    address: SocketAddr,
    plan: Arc<Mutex<Plan>>,
}

impl Line {
    /// A line that works.
    pub(crate) fn to(server: &str) -> Self {
        let server: SocketAddr = server.parse().unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let line = Self { address, plan: Arc::default() };
        let plan = Arc::clone(&line.plan);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let plan = Arc::clone(&plan);
                // A connection that cannot be made is one that broke.
                thread::spawn(move || carry(client, server, &plan).ok());
            }
        });
        line
    }

    /// The address of its near end, as a program is told it.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Lets a fault befall the next so many requests of a method, or of any, whose address has this
    /// part.
    pub(crate) fn break_on(&self, (method, part): (&str, &str), fault: Fault, times: usize) {
        let method = if method.is_empty() { String::new() } else { format!("{method} ") };
        let part = part.to_owned();
        self.plan().waiting.push(Waiting { method, part, fault, left: times });
    }

    /// Lets no more faults befall.
    pub(crate) fn heal(&self) {
        self.plan().waiting.clear();
    }

    /// How many requests a fault befell.
    pub(crate) fn met(&self) -> usize {
        self.plan().met
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Plan {
    /// The fault that befalls what a client sent, where that begins a request.
    fn befalls(&mut self, sent: &[u8]) -> Option<Fault> {
        let first = sent.split(|byte| *byte == b'\r').next()?;
        let first = std::str::from_utf8(first).ok().filter(|line| line.ends_with(" HTTP/1.1"))?;
        let found = self.waiting.iter_mut().find(|waiting| {
            waiting.left > 0 && first.starts_with(&waiting.method) && first.contains(&waiting.part)
        })?;
        found.left -= 1;
        self.met += 1;
        Some(found.fault)
    }
}

/// Carries bytes both ways until one side ends or a fault befalls.
fn carry(mut client: TcpStream, server: SocketAddr, plan: &Mutex<Plan>) -> std::io::Result<()> {
    let mut server = TcpStream::connect(server)?;
    let fault: Arc<Mutex<Option<Fault>>> = Arc::default();
    let back = (server.try_clone()?, client.try_clone()?, Arc::clone(&fault));
    thread::spawn(move || {
        let (mut server, mut client, fault) = back;
        bring_back(&mut server, &mut client, &fault).ok();
        end(&server, &client);
    });
    let mut chunk = vec![0; 64 << 10];
    loop {
        let count = client.read(&mut chunk)?;
        let sent = chunk.get(..count).unwrap_or_default();
        if sent.is_empty() {
            break;
        }
        let befalls = plan.lock().unwrap_or_else(PoisonError::into_inner).befalls(sent);
        if befalls == Some(Fault::Reset) {
            break;
        }
        if befalls.is_some() {
            *fault.lock().unwrap_or_else(PoisonError::into_inner) = befalls;
        }
        server.write_all(sent)?;
    }
    end(&server, &client);
    Ok(())
}

fn bring_back(
    server: &mut TcpStream,
    client: &mut TcpStream,
    fault: &Mutex<Option<Fault>>,
) -> std::io::Result<()> {
    let mut chunk = vec![0; 64 << 10];
    loop {
        let count = server.read(&mut chunk)?;
        let came = chunk.get(..count).unwrap_or_default();
        if came.is_empty() {
            return Ok(());
        }
        let befalls = *fault.lock().unwrap_or_else(PoisonError::into_inner);
        match befalls {
            Some(Fault::LoseAnswer | Fault::Reset) => return Ok(()),
            Some(Fault::Cut { after_bytes }) if came.len() >= after_bytes => {
                return client.write_all(came.get(..after_bytes).unwrap_or_default());
            }
            Some(Fault::Cut { after_bytes }) => {
                let left = Fault::Cut { after_bytes: after_bytes - came.len() };
                *fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(left);
            }
            Some(Fault::Delay(time)) => {
                late(time);
                *fault.lock().unwrap_or_else(PoisonError::into_inner) = None;
            }
            None => {}
        }
        client.write_all(came)?;
    }
}

#[expect(clippy::disallowed_methods, reason = "what comes late is what is tested")]
fn late(time: Duration) {
    thread::sleep(time);
}

fn end(server: &TcpStream, client: &TcpStream) {
    // Who has ended already need not be told.
    server.shutdown(Shutdown::Both).ok();
    client.shutdown(Shutdown::Both).ok();
}
