//! Planted bugs these tests catch: a share rounded up, in the band and in the range; `min` instead of `max` of
//! share and floor; the dynamic range around the last auction.

use proptest::prelude::*;

use super::*;

fn price(ticks: i64) -> Price {
    Price::new(ticks).unwrap()
}

fn ends(corridor: Corridor) -> (i64, i64) {
    (corridor.low.get(), corridor.high.get())
}

/// The worked examples of `docs/rules/bands.md`: a tick is 0.01.
#[test]
fn a_band_is_a_share_or_at_least_its_floor() {
    let band = PriceBand { width_ppm: 50_000, floor_ticks: 5 };
    assert_eq!(ends(band.around(price(10_000))), (9_500, 10_500));
    assert_eq!(ends(band.around(price(119))), (114, 124));
    assert_eq!(ends(band.around(price(120))), (114, 126));
    assert_eq!(ends(band.around(price(3))), (1, 8));
    assert_eq!(ends(band.around(price(MAX_PRICE))), (950_000_000_000, MAX_PRICE));
    let ticks_only = PriceBand { width_ppm: 0, floor_ticks: 100 };
    assert_eq!(ends(ticks_only.around(price(10_000))), (9_900, 10_100));
}

/// The worked examples of `docs/rules/bands.md`: a tick is 0.01.
#[test]
fn a_price_leaves_the_static_range_before_the_dynamic_one() {
    let range = PriceRange { static_ppm: NonZeroU32::new(50_000), dynamic_ppm: NonZeroU32::new(20_000) };
    let references = References { last_auction: Some(price(5_000)), last_trade: Some(price(5_200)) };
    assert_eq!(range.breach(price(5_250), references), None);
    let fixed = Corridor { low: price(4_750), high: price(5_250) };
    assert_eq!(range.breach(price(5_251), references), Some(Breach::Static { range: fixed }));
    assert_eq!(range.breach(price(5_400), references), Some(Breach::Static { range: fixed }), "left both");
    let moving = Corridor { low: price(5_096), high: price(5_304) };
    assert_eq!(range.breach(price(5_095), references), Some(Breach::Dynamic { range: moving }));
    assert_eq!(range.breach(price(5_096), references), None);
}

#[test]
fn a_range_without_a_reference_or_a_width_is_left_by_nothing() {
    let range = PriceRange { static_ppm: NonZeroU32::new(1), dynamic_ppm: None };
    assert_eq!(range.breach(price(1), References::default()), None);
    let trade_only = References { last_auction: None, last_trade: Some(price(1)) };
    assert_eq!(range.breach(price(MAX_PRICE), trade_only), None);
    let auction_only = References { last_auction: Some(price(1)), last_trade: None };
    assert!(range.breach(price(2), auction_only).is_some());
}

#[test]
fn settings_say_what_is_allowed() {
    let band =
        |width_ppm, floor_ticks| PriceBand { width_ppm, floor_ticks }.check().map_err(|e| e.to_string());
    assert_eq!(band(0, 1), Ok(()));
    assert_eq!(band(10_000_000, 1_000_000_000_000), Ok(()));
    assert_eq!(
        band(10_000_001, 0).unwrap_err(),
        "width of the price band 10000001 is outside 0 to 10000000 ppm"
    );
    assert_eq!(
        band(0, 0).unwrap_err(),
        "least width of the price band 0 is outside 1 to 1000000000000 ticks"
    );
    assert!(band(1, 1_000_000_000_001).is_err());
    let range = |fixed, moving| {
        let range = PriceRange { static_ppm: NonZeroU32::new(fixed), dynamic_ppm: NonZeroU32::new(moving) };
        range.check().map_err(|e| e.setting)
    };
    assert_eq!(range(0, 0), Ok(()));
    assert_eq!(range(10_000_000, 10_000_000), Ok(()));
    assert_eq!(range(10_000_001, 10_000_001), Err(BandSetting::StaticRange));
    assert_eq!(range(1, u32::MAX), Err(BandSetting::DynamicRange));
}

proptest! {
    /// Against the rule itself, multiplied out.
    #[test]
    fn a_price_is_inside_just_when_it_is_near_enough(
        reference in prop_oneof![1_i64..5_000, 1..=MAX_PRICE],
        width_ppm in prop_oneof![0_u32..10, 0..=MAX_WIDTH_PPM],
        floor_ticks in 0_u64..20,
        step in -30_i64..30,
        share in any::<bool>(),
    ) {
        let distance = if share { reference * i64::from(width_ppm / 1_000) / 1_000 } else { 0 };
        let other = (reference + step.signum() * distance + step).clamp(1, MAX_PRICE);
        let distance = i128::from((other - reference).abs());
        let near = distance * 1_000_000 <= i128::from(reference) * i128::from(width_ppm);
        let band = PriceBand { width_ppm, floor_ticks };
        let inside = band.around(price(reference)).admits(price(other));
        prop_assert_eq!(inside, near || distance <= i128::from(floor_ticks));
        let range = PriceRange { static_ppm: NonZeroU32::new(width_ppm), dynamic_ppm: None };
        let references = References { last_auction: Some(price(reference)), last_trade: None };
        prop_assert_eq!(range.breach(price(other), references).is_none(), near || width_ppm == 0);
    }
}
