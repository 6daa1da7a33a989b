//! An exchange that is typed at: JSON lines in, JSON lines out. The only place of these tests that knows the API.

use outcry_api::{BookLine, CommandText, RequestError, event_lines, parse};
use outcry_engine::{Command, Event, Exchange, Receipt, Symbol};

/// An asset or two, an instrument and two accounts with money and stock.
pub(crate) const MARKET: &[&str] = &[
    r#"{"command":"create_asset","symbol":"USD","decimals":2}"#,
    r#"{"command":"create_asset","symbol":"ACME","decimals":0}"#,
    r#"{"command":"create_instrument","symbol":"ACME","base":"ACME","quote":"USD","tick":"0.01","lot":"1","maker_fee_ppm":500,"taker_fee_ppm":1000}"#,
    r#"{"command":"open_account","name":"Alice"}"#,
    r#"{"command":"open_account","name":"Bob"}"#,
    r#"{"command":"deposit","account":"Alice","asset":"USD","amount":"5000.00"}"#,
    r#"{"command":"deposit","account":"Alice","asset":"ACME","amount":"50"}"#,
    r#"{"command":"deposit","account":"Bob","asset":"ACME","amount":"100"}"#,
];

/// The exchange behind the lines.
pub(crate) struct Terminal {
    exchange: Exchange,
}

impl Terminal {
    /// An empty exchange.
    pub(crate) fn new() -> Self {
        Self { exchange: Exchange::new() }
    }

    /// Executes lines that are all commands the exchange takes.
    pub(crate) fn enter_all(&mut self, lines: &[&str]) {
        for line in lines {
            let answers = self.enter(line);
            assert!(!answers.iter().any(|answer| answer.contains("rejected")), "{line} answers {answers:?}");
        }
    }

    /// Executes one line that is a command; its events as lines.
    pub(crate) fn enter(&mut self, line: &str) -> Vec<String> {
        self.try_enter(line).unwrap_or_else(|error| panic!("{line} is not a command: {error}"))
    }

    /// Executes one line if it is a command.
    pub(crate) fn try_enter(&mut self, line: &str) -> Result<Vec<String>, RequestError> {
        let request = parse(line, &self.exchange)?;
        let mut events = Vec::new();
        let at = request.at.unwrap_or_else(|| self.exchange.now());
        let receipt = self.exchange.execute(at, &request.command, &mut events);
        Ok(event_lines(&self.exchange, receipt, request.id.as_deref(), &events)
            .map(|line| serde_json::to_string(&line).unwrap())
            .collect())
    }

    /// Whether there is such an instrument.
    pub(crate) fn knows(&self, instrument: &str) -> bool {
        self.exchange.find_instrument(Symbol::new(instrument).unwrap()).is_some()
    }

    /// The book of an instrument as a line.
    pub(crate) fn book(&self, instrument: &str) -> String {
        let id = self.exchange.find_instrument(Symbol::new(instrument).unwrap()).unwrap();
        serde_json::to_string(&BookLine::new(&self.exchange, id).unwrap()).unwrap()
    }

    /// Whether a line is a command; it is not executed.
    pub(crate) fn try_parse(&self, line: &str) -> Result<Command, RequestError> {
        parse(line, &self.exchange).map(|request| request.command)
    }

    /// The command of a line.
    pub(crate) fn command(&self, line: &str) -> Command {
        parse(line, &self.exchange).unwrap_or_else(|error| panic!("{line} is not a command: {error}")).command
    }

    /// What events look like, whether or not they could have happened.
    pub(crate) fn told(&self, events: &[Event]) -> Vec<String> {
        let receipt = Receipt { sequence: 9, at: self.exchange.now(), first_event: 70 };
        event_lines(&self.exchange, receipt, None, events)
            .map(|line| serde_json::to_string(&line).unwrap())
            .collect()
    }

    /// What a command looks like when it is written out again.
    pub(crate) fn written_back(&self, line: &str) -> String {
        let request = parse(line, &self.exchange).unwrap();
        serde_json::to_string(&CommandText::new(&request.command, &self.exchange).unwrap()).unwrap()
    }
}
