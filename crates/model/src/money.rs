//! Money: whole ten-thousandths of a currency's main unit, checked arithmetic, one rounding rule.

use std::fmt;

pub use iso_currency::Currency;

/// An exact amount: `amount_e4` ten-thousandths of the currency's main unit (USD 8.21 is 82,100).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Money {
    pub amount_e4: i64,
    pub currency: Currency,
}

/// Why text is not an amount.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AmountError {
    /// Not digits with at most one point and four decimals.
    Malformed,
    /// More than the ledger can hold.
    TooLarge,
}

/// No single amount may exceed a hundred thousand million main units; the sum of a thousand such still fits an i64.
const AMOUNT_MAX_E4: i64 = 100_000_000_000 * 10_000;

impl Money {
    pub const fn new(amount_e4: i64, currency: Currency) -> Money {
        Money { amount_e4, currency }
    }

    pub const fn zero(currency: Currency) -> Money {
        Money { amount_e4: 0, currency }
    }

    /// Reads an unsigned decimal with at most four decimals, such as `8.21`. No signs, exponents, blanks or separators.
    pub fn parse(text: &str, currency: Currency) -> Result<Money, AmountError> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || fraction.len() > 4 || (whole.is_empty() && fraction.is_empty()) || text.ends_with('.') {
            return Err(AmountError::Malformed);
        }
        if whole.len() > 13 {
            return Err(AmountError::TooLarge);
        }
        let units: i64 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| AmountError::TooLarge)? };
        let mut e4: i64 = if fraction.is_empty() { 0 } else { fraction.parse().map_err(|_| AmountError::Malformed)? };
        for _ in fraction.len()..4 {
            e4 *= 10;
        }
        let amount_e4 = units.checked_mul(10_000).and_then(|u| u.checked_add(e4)).ok_or(AmountError::TooLarge)?;
        if amount_e4 > AMOUNT_MAX_E4 {
            return Err(AmountError::TooLarge);
        }
        Ok(Money { amount_e4, currency })
    }

    /// Sum of two amounts of one currency; `None` if the currencies differ or the sum overflows.
    pub fn checked_add(self, other: Money) -> Option<Money> {
        if self.currency != other.currency {
            return None;
        }
        Some(Money { amount_e4: self.amount_e4.checked_add(other.amount_e4)?, currency: self.currency })
    }

    /// Difference of two amounts of one currency; `None` if the currencies differ or it overflows.
    pub fn checked_sub(self, other: Money) -> Option<Money> {
        if self.currency != other.currency {
            return None;
        }
        Some(Money { amount_e4: self.amount_e4.checked_sub(other.amount_e4)?, currency: self.currency })
    }

    /// The amount `factor` times; `None` on overflow.
    pub fn checked_mul(self, factor: i64) -> Option<Money> {
        Some(Money { amount_e4: self.amount_e4.checked_mul(factor)?, currency: self.currency })
    }

    /// `numerator / denominator` of the amount, rounded half-even to the currency's minor unit; `None` on overflow or division by zero.
    pub fn checked_ratio(self, numerator: i64, denominator: i64) -> Option<Money> {
        if denominator <= 0 {
            return None;
        }
        let product = i128::from(self.amount_e4).checked_mul(i128::from(numerator))?;
        let step = i128::from(self.minor_step_e4());
        let units = div_half_even(product, i128::from(denominator).checked_mul(step)?);
        i64::try_from(units.checked_mul(step)?).ok().map(|amount_e4| Money { amount_e4, currency: self.currency })
    }

    /// Rounded half-even to the currency's minor unit (USD 0.01, KRW 1).
    pub fn rounded(self) -> Money {
        let step = i128::from(self.minor_step_e4());
        let amount = div_half_even(i128::from(self.amount_e4), step) * step;
        Money { amount_e4: i64::try_from(amount).unwrap_or(self.amount_e4), currency: self.currency }
    }

    fn minor_step_e4(self) -> i64 {
        match self.currency.exponent().unwrap_or(2) {
            0 => 10_000,
            1 => 1_000,
            2 => 100,
            3 => 10,
            _ => 1,
        }
    }

    pub fn is_negative(self) -> bool {
        self.amount_e4 < 0
    }

    /// With two decimals at least and no trailing zeros beyond them: `8.21`, `10.00`, `0.0025`.
    pub fn decimal(self) -> String {
        let text = self.decimal4();
        match text.strip_suffix("00") {
            Some(short) => short.to_owned(),
            None => text.strip_suffix('0').map_or(text.clone(), str::to_owned),
        }
    }

    /// With exactly four decimals, as the CentralNic interface prints amounts: `8.2100`.
    pub fn decimal4(self) -> String {
        let sign = if self.amount_e4 < 0 { "-" } else { "" };
        let abs = self.amount_e4.unsigned_abs();
        format!("{sign}{}.{:04}", abs / 10_000, abs % 10_000)
    }
}

fn div_half_even(value: i128, step: i128) -> i128 {
    let floor = value.div_euclid(step);
    let rest = value.rem_euclid(step);
    match (rest * 2).cmp(&step) {
        std::cmp::Ordering::Less => floor,
        std::cmp::Ordering::Greater => floor + 1,
        std::cmp::Ordering::Equal => floor + (floor & 1),
    }
}

impl fmt::Display for Money {
    /// `8.21 USD`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.decimal(), self.currency.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_only_plain_decimals() {
        let ok = [("8.21", 82_100), ("0", 0), ("10", 100_000), (".5", 5_000), ("0.0001", 1)];
        for (text, e4) in ok {
            assert_eq!(Money::parse(text, Currency::USD).unwrap().amount_e4, e4, "{text}");
        }
        for text in ["", ".", "1.", "-1", "+1", "1e3", "1,5", " 1", "1.00001", "NaN", "٣"] {
            assert_eq!(Money::parse(text, Currency::USD), Err(AmountError::Malformed), "{text}");
        }
        for text in ["100000000001", "99999999999999999999"] {
            assert_eq!(Money::parse(text, Currency::USD), Err(AmountError::TooLarge), "{text}");
        }
    }

    #[test]
    fn rounds_half_even_to_the_minor_unit() {
        let cases = [
            (Currency::USD, 12_350, 12_400),
            (Currency::USD, 12_250, 12_200),
            (Currency::KRW, 15_000, 20_000),
            (Currency::KRW, 25_000, 20_000),
            (Currency::USD, -12_350, -12_400),
        ];
        for (currency, from, to) in cases {
            assert_eq!(Money::new(from, currency).rounded().amount_e4, to);
        }
        assert_eq!(Money::new(100_000, Currency::USD).checked_ratio(1, 3).unwrap().amount_e4, 33_300);
        assert_eq!(Money::new(i64::MAX, Currency::USD).checked_ratio(3, 1), None);
    }

    #[test]
    fn prints_exactly() {
        assert_eq!(Money::new(82_100, Currency::USD).to_string(), "8.21 USD");
        assert_eq!(Money::new(82_100, Currency::USD).decimal4(), "8.2100");
        assert_eq!(Money::new(-25, Currency::USD).decimal(), "-0.0025");
        assert_eq!(Money::new(100_000, Currency::USD).decimal(), "10.00");
        assert_eq!(Money::new(-5_000, Currency::EUR).decimal(), "-0.50");
    }
}
