//! IP addresses: an address alone points at nobody, since carriers share one among thousands and
//! hand it on.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use model::{IdentifierKind, Moment};

use super::{Form, fold};

/// Without a moment: the address, which never ties. With one: the address and the UTC day, which
/// ties while few share it (policy `reports_max`). With a port too: a second form of address, port
/// and minute, which still points at one line when the address turns out to be a carrier's gateway.
pub(super) fn forms(text: &str, port: Option<u16>, at: Option<&Moment>) -> Vec<Form> {
    let Some((address, port)) = parse(text, port) else {
        return vec![form(fold(text), false)];
    };
    let Some(utc) = at.and_then(|moment| moment.utc) else {
        return vec![form(address.to_string(), false)];
    };
    let ties = is_public(address);
    let moment = utc.to_string();
    let (day, time) = moment.split_once('T').unwrap_or((&moment, ""));
    let mut forms = vec![form(format!("{address} {day}"), ties)];
    if let (Some(port), Some(minute)) = (port, time.get(..5)) {
        let line = SocketAddr::new(address, port);
        forms.push(form(format!("{line} {day}T{minute}"), ties));
    }
    forms
}

fn form(normal: String, ties: bool) -> Form {
    Form {
        kind: IdentifierKind::Ip,
        normal,
        ties,
    }
}

/// The address and its port, given beside it or written behind it.
fn parse(text: &str, port: Option<u16>) -> Option<(IpAddr, Option<u16>)> {
    let bare = text.trim_matches(['[', ']']);
    // A zone (`fe80::1%eth0`) means something on one machine only.
    let bare = bare.split('%').next().unwrap_or(bare);
    let (address, written) = if let Ok(address) = bare.parse::<IpAddr>() {
        (address, None)
    } else {
        let with_port = text.parse::<SocketAddr>().ok()?;
        (with_port.ip(), Some(with_port.port()))
    };
    // Port 0 is never on the wire: it stands for "not known".
    let port = port.or(written).filter(|port| *port != 0);
    Some((address.to_canonical(), port))
}

/// Whether an address can be one line of the public internet. Addresses kept for documentation
/// count, so that examples behave as real ones do.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    let carrier_shared = first == 100 && (64..128).contains(&second);
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || carrier_shared
        || first == 0
        || first >= 224)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    !(address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || address.is_unique_local()
        || address.is_unicast_link_local())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Timestamp;

    fn check(text: &str, port: Option<u16>, at: Option<&str>, expected: &[(&str, bool)]) {
        let at = at.map(|text| Moment {
            text: text.to_owned(),
            utc: Timestamp::parse(text),
        });
        let forms = forms(text, port, at.as_ref());
        let got: Vec<_> = forms
            .iter()
            .map(|form| (form.normal.as_str(), form.ties))
            .collect();
        assert_eq!(got, expected, "{text:?}");
    }

    #[test]
    fn an_address_ties_only_with_its_moment() {
        let at = Some("2026-01-02T03:04:05Z");
        check("203.0.113.7", None, None, &[("203.0.113.7", false)]);
        check("203.0.113.7", Some(443), None, &[("203.0.113.7", false)]);
        // A time without an offset is no moment.
        check(
            "203.0.113.7",
            None,
            Some("2026-01-02T03:04:05"),
            &[("203.0.113.7", false)],
        );
        check("203.0.113.7", None, at, &[("203.0.113.7 2026-01-02", true)]);
        let both = [
            ("203.0.113.7 2026-01-02", true),
            ("203.0.113.7:5123 2026-01-02T03:04", true),
        ];
        check("203.0.113.7", Some(5123), at, &both);
        check("203.0.113.7:5123", None, at, &both);
        check(
            "::ffff:203.0.113.7",
            Some(5123),
            Some("2026-01-02T05:04:59+02:00"),
            &both,
        );
        check("203.0.113.7", Some(0), at, &both[..1]);
        let both = [
            ("2001:db8::1 2026-01-02", true),
            ("[2001:db8::1]:80 2026-01-02T03:04", true),
        ];
        check("2001:DB8:0::1", Some(80), at, &both);
        check("[2001:db8::1]:80", None, at, &both);
    }

    #[test]
    fn private_addresses_never_tie() {
        let at = Some("2026-01-02T03:04:05Z");
        for private in [
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "127.0.0.1",
            "169.254.0.1",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "ff02::1",
        ] {
            check(
                private,
                None,
                at,
                &[(&format!("{private} 2026-01-02"), false)],
            );
        }
        check("not an address", None, at, &[("not an address", false)]);
        check("203.0.113.007", None, at, &[("203.0.113.007", false)]);
    }
}
