//! Rejects in the user's own terms: decimals, symbols and names.

use rust_decimal::Decimal;

use crate::limits::MAX_AMOUNT;
use crate::reject::Wording;
use crate::{AccountId, Amount, AssetId, Command, Exchange, InstrumentId, Lots, Price, Reject};

impl Exchange {
    /// The reason of a reject in decimals and symbols: what was given and what is allowed.
    ///
    /// A few rejects are about a command by itself and do not know its instrument: they speak of lots and ticks. Where the
    /// command is at hand, [`Exchange::explain_command`] says more.
    #[must_use]
    pub fn explain(&self, reject: &Reject) -> String {
        reject.say(&Named { exchange: self, instrument: None, asset: None })
    }

    /// The reason why this command was refused, in the decimals of the instrument and the asset that it names.
    #[must_use]
    pub fn explain_command(&self, command: &Command, reject: &Reject) -> String {
        reject.say(&Named { exchange: self, instrument: command.instrument(), asset: self.asset_of(command) })
    }

    /// The asset of which the amount of a command is.
    fn asset_of(&self, command: &Command) -> Option<AssetId> {
        match command {
            Command::Deposit { asset, .. } | Command::Withdraw { asset, .. } => Some(*asset),
            Command::PlaceCashOrder { instrument, .. } => {
                self.instrument(*instrument).map(|terms| terms.quote())
            }
            Command::OpenDesk { sells, .. } => Some(*sells),
            Command::BuyAtDesk { money, .. } => Some(*money),
            _ => None,
        }
    }
}

impl Command {
    /// The instrument that it names, if it names one.
    #[must_use]
    pub fn instrument(&self) -> Option<InstrumentId> {
        match self {
            Self::PlaceOrder(order) => Some(order.instrument),
            Self::PlaceConditional(order) => Some(order.terms.instrument),
            Self::PlacePair(pair) => Some(pair.limit.instrument),
            Self::PlaceBracket(bracket) => Some(bracket.entry.instrument),
            Self::PlaceCashOrder { instrument, .. }
            | Self::SetInstrument { instrument, .. }
            | Self::SetPhase { instrument, .. } => Some(*instrument),
            Self::CancelOrders { instrument, .. } => *instrument,
            Self::Quote(quote) => match quote.quotes[..] {
                [only] => Some(only.instrument),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The words of an exchange.
struct Named<'a> {
    exchange: &'a Exchange,
    /// The instrument of a message that does not say which.
    instrument: Option<InstrumentId>,
    /// The asset of an amount that does not say of what.
    asset: Option<AssetId>,
}

impl Named<'_> {
    fn terms(&self, instrument: Option<InstrumentId>) -> Option<&crate::Instrument> {
        self.exchange.instrument(instrument.or(self.instrument)?)
    }
}

impl Wording for Named<'_> {
    fn asset(&self, asset: AssetId) -> String {
        self.exchange
            .asset(asset)
            .map_or_else(|| format!("asset {asset}"), |asset| asset.symbol().to_string())
    }

    fn instrument(&self, instrument: InstrumentId) -> String {
        self.terms(Some(instrument))
            .map_or_else(|| format!("instrument {instrument}"), |instrument| instrument.symbol().to_string())
    }

    fn account(&self, account: AccountId) -> String {
        self.exchange
            .account(account)
            .map_or_else(|| format!("account {account}"), |account| account.name().to_string())
    }

    fn amount(&self, asset: AssetId, amount: Amount) -> String {
        let value =
            self.exchange.asset(asset).map_or(Decimal::from(amount.get()), |asset| asset.decimal(amount));
        format!("{} {}", plain(value), self.asset(asset))
    }

    fn again(&self, asset: AssetId, amount: Amount) -> String {
        self.amount(asset, amount)
    }

    fn bare_amount(&self, amount: Amount) -> String {
        self.asset.map_or_else(|| amount.get().to_string(), |asset| self.amount(asset, amount))
    }

    fn value(&self, instrument: InstrumentId, value: Amount) -> String {
        self.terms(Some(instrument))
            .map_or_else(|| value.get().to_string(), |terms| self.amount(terms.quote(), value))
    }

    fn most(&self, instrument: InstrumentId) -> (String, String) {
        let most = |asset| self.amount(asset, Amount::proved(MAX_AMOUNT));
        self.terms(Some(instrument))
            .map_or_else(Default::default, |terms| (most(terms.base()), most(terms.quote())))
    }

    fn price(&self, instrument: Option<InstrumentId>, price: Price) -> String {
        self.terms(instrument)
            .map_or_else(|| format!("{} ticks", price.get()), |terms| terms.price_decimal(price).to_string())
    }

    fn step(&self, instrument: InstrumentId, ticks: u64) -> String {
        let price = i64::try_from(ticks).ok().and_then(|ticks| Price::new(ticks).ok());
        price.map_or_else(|| format!("{ticks} ticks"), |price| self.price(Some(instrument), price))
    }

    fn quantity(&self, instrument: Option<InstrumentId>, lots: Lots) -> String {
        self.terms(instrument)
            .map_or_else(|| format!("{} lots", lots.get()), |terms| plain(terms.quantity_decimal(lots)))
    }
}

/// Without the zeros at its end, but with at least two digits behind a point that is there.
fn plain(value: Decimal) -> String {
    let short = value.normalize();
    if short.scale() == 1 { format!("{short}0") } else { short.to_string() }
}
