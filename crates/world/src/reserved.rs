//! What may be named without naming anybody: address ranges, mail hosts and phone numbers that are
//! reserved for documentation and fiction. Nothing in the world points anywhere else.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The three documentation networks of RFC 5737, without their last octet.
const NETWORKS: [[u8; 3]; 3] = [[192, 0, 2], [198, 51, 100], [203, 0, 113]];
/// Usable hosts of one network.
const HOSTS: u32 = 254;

/// Area codes of the United States and Canada. In each, 555-0100 to 555-0199 are kept for fiction.
/// 202 is missing: it is the senders' own.
const AREA_CODES: [u16; 80] = [
    201, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228,
    229, 231, 234, 239, 240, 248, 251, 252, 253, 254, 256, 260, 262, 267, 269, 270, 276, 281, 301,
    302, 303, 304, 305, 307, 308, 309, 310, 312, 313, 314, 315, 316, 317, 318, 319, 320, 321, 330,
    334, 336, 337, 339, 347, 351, 352, 360, 361, 386, 401, 402, 403, 404, 405, 406, 407, 408, 409,
    410, 412, 413, 414,
];
const NUMBERS_PER_AREA: u32 = 100;

/// Mobile numbers that the Australian regulator keeps for fiction: 0491 570 xxx and its neighbours.
const AUSTRALIAN: [&str; 20] = [
    "491570006",
    "491570156",
    "491570157",
    "491570158",
    "491570159",
    "491570110",
    "491570313",
    "491570737",
    "491571266",
    "491571491",
    "491571804",
    "491572549",
    "491572665",
    "491572983",
    "491573770",
    "491573087",
    "491574118",
    "491574632",
    "491575254",
    "491575789",
];

/// London numbers that the British regulator keeps for fiction: 020 7946 0000 to 0999.
const LONDON_NUMBERS: u32 = 1000;

/// How many phone numbers there are.
pub(crate) const PHONES: u32 = 80 * NUMBERS_PER_AREA + 20 + LONDON_NUMBERS;

/// A phone number kept for fiction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Phone {
    /// With the plus: `+1`.
    pub(crate) calling_code: &'static str,
    /// Digits after the calling code.
    digits: String,
}

impl Phone {
    /// Phone `index` of [`PHONES`].
    pub(crate) fn nth(index: u32) -> Self {
        let american = 80 * NUMBERS_PER_AREA;
        let (calling_code, digits) = if index < american {
            // Neighbouring indexes fall into different areas.
            let area = AREA_CODES
                .get(usize::try_from(index % 80).unwrap_or(0))
                .map_or(201, |code| *code);
            ("+1", format!("{area}55501{:02}", index / 80))
        } else if index < american + 20 {
            let which = usize::try_from(index - american).unwrap_or(0);
            ("+61", AUSTRALIAN[which % AUSTRALIAN.len()].to_owned())
        } else {
            let number = (index - american - 20) % LONDON_NUMBERS;
            ("+44", format!("2079460{number:03}"))
        };
        Self {
            calling_code,
            digits,
        }
    }

    /// `+12015550123`.
    pub(crate) fn international(&self) -> String {
        format!("{}{}", self.calling_code, self.digits)
    }

    /// As people of the country write it, without the calling code: `(201) 555-0123`, `0491 570
    /// 006`.
    pub(crate) fn national(&self) -> String {
        let part = |from: usize, to: usize| self.digits.get(from..to).unwrap_or_default();
        match self.calling_code {
            "+1" => format!("({}) {}-{}", part(0, 3), part(3, 6), part(6, 10)),
            "+61" => format!("0{} {} {}", part(0, 3), part(3, 6), part(6, 9)),
            _ => format!("0{} {} {}", part(0, 2), part(2, 6), part(6, 10)),
        }
    }
}

/// An IPv4 address on one UTC day that is used by one episode alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lease {
    /// The address.
    pub(crate) address: IpAddr,
    /// How many whole UTC days before today, at least 1.
    pub(crate) days_ago: i64,
}

/// Days on which leases lie: every second one, so that two leases of one address are never closer
/// than a day.
const LEASE_DAYS: u32 = 45;
/// The last hosts of the last network are carriers' gateways, and nobody's lease.
pub(crate) const GATEWAYS: u32 = 54;
/// Hosts that leases use.
const LEASE_HOSTS: u32 = 3 * HOSTS - GATEWAYS;
/// How many leases there are.
pub(crate) const LEASES: u32 = LEASE_HOSTS * LEASE_DAYS;

impl Lease {
    /// Lease `index` of [`LEASES`].
    pub(crate) fn nth(index: u32) -> Self {
        Self {
            address: address_v4(index % LEASE_HOSTS),
            days_ago: i64::from(index / LEASE_HOSTS % LEASE_DAYS) * 2 + 1,
        }
    }
}

/// Gateway `index` of [`GATEWAYS`]: an address that very many people share.
pub(crate) fn gateway(index: u32) -> IpAddr {
    address_v4(LEASE_HOSTS + index % GATEWAYS)
}

fn address_v4(host: u32) -> IpAddr {
    let [a, b, c] = NETWORKS[usize::try_from(host / HOSTS).unwrap_or(0) % NETWORKS.len()];
    let d = u8::try_from(host % HOSTS + 1).unwrap_or(1);
    IpAddr::V4(Ipv4Addr::new(a, b, c, d))
}

/// The IPv6 address of a number, in `2001:db8::/32` (RFC 3849): each number has a /64 of its own.
pub(crate) fn address_v6(number: u32, host: u16) -> IpAddr {
    let [a, b, c, d] = number.to_be_bytes();
    IpAddr::V6(Ipv6Addr::new(
        0x2001,
        0x0db8,
        u16::from_be_bytes([a, b]),
        u16::from_be_bytes([c, d]),
        0,
        0,
        0,
        host,
    ))
}

/// The name of a mail host, as documentation may name one (RFC 2606): `mail-17.example.net`.
pub(crate) fn mail_host(number: u32) -> String {
    let top = ["com", "net", "org"][usize::try_from(number % 3).unwrap_or(0)];
    format!("mail-{}.example.{top}", number % 90 + 10)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_phones_are_one() {
        let all: BTreeSet<String> = (0..PHONES)
            .map(|index| Phone::nth(index).international())
            .collect();
        assert_eq!(all.len(), usize::try_from(PHONES).unwrap());
    }

    #[test]
    fn phones_are_written_as_at_home() {
        assert_eq!(Phone::nth(0).national(), "(201) 555-0100");
        assert_eq!(Phone::nth(0).international(), "+12015550100");
        assert_eq!(Phone::nth(8000).national(), "0491 570 006");
        assert_eq!(Phone::nth(8020).national(), "020 7946 0000");
        assert_eq!(Phone::nth(8020).international(), "+442079460000");
    }

    #[test]
    fn no_two_leases_share_an_address_and_a_day() {
        let all: BTreeSet<(IpAddr, i64)> = (0..LEASES)
            .map(Lease::nth)
            .map(|lease| (lease.address, lease.days_ago))
            .collect();
        assert_eq!(all.len(), usize::try_from(LEASES).unwrap());
    }

    #[test]
    fn no_gateway_is_anybodys_lease() {
        let leased: BTreeSet<IpAddr> = (0..LEASES).map(|at| Lease::nth(at).address).collect();
        let gateways: BTreeSet<IpAddr> = (0..GATEWAYS).map(gateway).collect();
        assert_eq!(gateways.len(), usize::try_from(GATEWAYS).unwrap());
        assert!(gateways.is_disjoint(&leased));
        assert_eq!(leased.len() + gateways.len(), 3 * 254);
    }
}
