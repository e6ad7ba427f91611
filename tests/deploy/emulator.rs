//! The AWS of the deploy tests: a real server process on loopback, one for each test process. Answers "where is it,
//! and how does it start?"; `tests/deploy/setup` installs it.

use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// A running emulator. It ends when this process does, because its standard input closes then.
struct Emulator {
    _process: Child,
    port: u16,
}

/// URL of the emulator, started at the first call.
pub fn url() -> String {
    static EMULATOR: OnceLock<Emulator> = OnceLock::new();
    let emulator = EMULATOR.get_or_init(start);
    format!("http://127.0.0.1:{}", emulator.port)
}

fn start() -> Emulator {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy");
    let setup = Command::new(directory.join("setup")).output().expect("tests/deploy/setup runs");
    assert!(setup.status.success(), "tests/deploy/setup failed: {}", String::from_utf8_lossy(&setup.stderr));
    let python =
        BufReader::new(&setup.stdout[..]).lines().next().expect("setup prints a path").expect("UTF-8");
    let port =
        TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
    let process = Command::new(python)
        .arg(directory.join("emulator.py"))
        .envs([("BIND_HOST", "127.0.0.1"), ("LAMBDA_EXECUTOR", "local")])
        .envs([("GATEWAY_PORT", port.to_string()), ("EDGE_PORT", port.to_string())])
        .env_remove("PYTHONPATH")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the emulator starts");
    let deadline = Instant::now() + Duration::from_secs(90);
    while !is_healthy(port) {
        assert!(Instant::now() < deadline, "the emulator does not answer on port {port}");
        std::thread::sleep(Duration::from_millis(100));
    }
    Emulator { _process: process, port }
}

fn is_healthy(port: u16) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut socket = TcpStream::connect(("127.0.0.1", port))?;
        socket.set_read_timeout(Some(Duration::from_secs(2)))?;
        let request = "GET /_ministack/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        std::io::Write::write_all(&mut socket, request.as_bytes())?;
        let mut answer = [0_u8; 15];
        socket.read_exact(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}
