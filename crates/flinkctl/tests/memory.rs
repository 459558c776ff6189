//! The memory of a list is a small multiple of its response. Runs in its own process, because the peak covers all child
//! processes.
#![cfg(target_os = "linux")]

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    process::{Command, Stdio},
    thread,
};

use nix::sys::resource::{UsageWho, getrusage};

/// Size of each list, in bytes.
const LIST_SIZE: usize = 1 << 20;

/// Maximum copies of a response in memory: as received, as shown, and the aligned cells of a table.
const MAX_COPIES: usize = 4;

/// Other differences between two calls, in bytes.
const MARGIN: usize = 2 << 20;

const JOB: &str = "e19cc109c6833d123f5435ea938ef7ab";

#[test]
fn a_list_takes_a_small_multiple_of_its_response() {
    let url = serve(LIST_SIZE);
    let cases: [(&[&str], &[&[&str]]); 4] = [
        (
            &["job", "list"],
            &[
                &["-o", "table"],
                &["-o", "yaml"],
                &["-o", "json", "--state", "running"],
                &["--json", "jid,name,tasks"],
            ],
        ),
        (&["jar", "list"], &[&["-o", "wide"], &["-o", "json"]]),
        (&["jobmanager", "config"], &[&["-o", "tsv"]]),
        (&["job", "exceptions", JOB], &[&["-o", "table"], &["--full"]]),
    ];
    run(&serve(1), &["job", "list"]);
    let usual = peak();
    for (command, formats) in cases {
        for format in formats {
            let command = [command, *format].concat();
            run(&url, &command);
            let grown = peak() - usual;
            assert!(
                grown < MAX_COPIES * LIST_SIZE + MARGIN,
                "{command:?} took {grown} bytes for {LIST_SIZE}"
            );
        }
    }
}

fn run(url: &str, arguments: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flinkctl"));
    command.args(["--url", url]).args(arguments).env_clear().stdin(Stdio::null());
    let status = command.stdout(Stdio::null()).status().unwrap();
    assert!(status.success(), "{arguments:?}: {status}");
}

/// Peak memory of the calls so far, in bytes.
fn peak() -> usize {
    usize::try_from(getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss()).unwrap() << 10
}

/// The response to a path, with enough elements for a list of this size.
fn list(path: &str, size: usize) -> String {
    let all = |element: &dyn Fn(usize) -> String| {
        let mut list = element(0);
        for number in 1.. {
            if list.len() >= size {
                break;
            }
            list = list + "," + &element(number);
        }
        list
    };
    match path.trim_start_matches("/v1").split('?').next().unwrap_or_default() {
        "/jobs/overview" => {
            let job = |number| {
                format!(
                    r#"{{"jid":"{number:032x}","name":"Orders of customer {number}","start-time":{number},"end-time":-1,
                    "duration":1000,"state":"RUNNING","last-modification":1700000001000,"tasks":{{"running":1,"canceling":0,
                    "canceled":0,"total":1,"created":0,"scheduled":0,"deploying":0,"reconciling":0,"finished":0,"initializing":0,
                    "failed":0}}}}"#
                )
            };
            format!(r#"{{"jobs":[{}]}}"#, all(&job))
        }
        "/jars" => {
            let jar = |number| {
                format!(
                    r#"{{"id":"{number:032x}_app.jar","name":"app-of-customer-{number}.jar","uploaded":1700000000000,
                    "entry":[{{"name":"org.example.customers.Main{number}","description":null}}]}}"#
                )
            };
            format!(r#"{{"address":"","files":[{}]}}"#, all(&jar))
        }
        "/jobmanager/config" => {
            let option = |number| format!(r#"{{"key":"customer.{number}.order.size","value":"{number}"}}"#);
            format!("[{}]", all(&option))
        }
        path if path.ends_with("/exceptions") => {
            let trace = "\\n\\tat org.example.Orders.processElement(Orders.java:12)".repeat(10);
            let entry = |number| {
                format!(
                    r#"{{"exceptionName":"java.lang.IllegalStateException","stacktrace":"java.lang.IllegalStateException: no
                    order{trace}","timestamp":{number},"taskName":"Customer {number} (1/1)","taskManagerId":"host:1-a1"}}"#
                )
                .replace('\n', " ")
            };
            format!(r#"{{"exceptionHistory":{{"truncated":false,"entries":[{}]}}}}"#, all(&entry))
        }
        _ => r#"{"flink-version":"2.3.0","features":{}}"#.into(),
    }
}

fn serve(size: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        listener.incoming().map_while(Result::ok).for_each(|stream| _ = answer(&stream, size));
    });
    url
}

/// Handles one request per connection.
fn answer(mut stream: &TcpStream, size: usize) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    lines.map_while(Result::ok).find(String::is_empty);
    let body = list(first.split(' ').nth(1).unwrap_or_default(), size);
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}
