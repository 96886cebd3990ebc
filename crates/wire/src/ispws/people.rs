//! Persons and accounts: reported, associated, recipients, victims, contacts.

use super::enumerations::{AddressType, AssociatedAccountType, CaptureEvent, EmailType, PhoneType};
use super::lexical::{CallingCode, Date, DateTime, Extension};
use super::places::{Country, State};

sequence! {
    /// A person or account reported.
    pub struct PersonOrUserReported = "personOrUserReported" {
        elements {
            /// The person.
            person: Option<Person> = "personOrUserReportedPerson",
            /// A vehicle.
            vehicle_description: Option<String> = "vehicleDescription",
            /// The platform's own number of the account.
            esp_identifier: Option<String> = "espIdentifier",
            /// The service the account is on.
            esp_service: Option<String> = "espService",
            /// Whether someone else may have used the account.
            compromised_account: Option<bool> = "compromisedAccount",
            /// The account's name.
            screen_name: Option<String> = "screenName",
            /// Names it showed.
            display_name: Vec<String> = "displayName",
            /// Its pages.
            profile_url: Vec<String> = "profileUrl",
            /// What it says of itself.
            profile_bio: Option<String> = "profileBio",
            /// Addresses it was seen at.
            ip_capture_event: Vec<IpCaptureEvent> = "ipCaptureEvent",
            /// Devices it was seen on.
            device_id: Vec<DeviceId> = "deviceId",
            /// Whether it is a third party's user, of whom the sender knows no more.
            third_party_user_reported: Option<bool> = "thirdPartyUserReported",
            /// Numbers of earlier reports.
            prior_ct_reports: Vec<i64> = "priorCTReports",
            /// A group it belongs to.
            group_identifier: Option<String> = "groupIdentifier",
            /// Whether it was disabled for a time.
            account_temporarily_disabled:
                Option<AccountTemporarilyDisabled> = "accountTemporarilyDisabled",
            /// Whether it was disabled for good.
            account_permanently_disabled:
                Option<AccountPermanentlyDisabled> = "accountPermanentlyDisabled",
            /// Where it seems to be.
            estimated_location: Option<EstimatedLocation> = "estimatedLocation",
            /// Whether all its email addresses are given.
            all_emails_reported: Option<bool> = "allEmailsReported",
            /// Accounts associated with it.
            associated_account: Vec<AssociatedAccount> = "associatedAccount",
            /// Anything else.
            additional_info: Option<String> = "additionalInfo",
        }
    }
}

sequence! {
    /// Whom the content was meant for.
    pub struct IntendedRecipient = "intendedRecipient" {
        elements {
            /// The person.
            person: Option<Person> = "intendedRecipientPerson",
            /// The platform's own number of the account.
            esp_identifier: Option<String> = "espIdentifier",
            /// The service the account is on.
            esp_service: Option<String> = "espService",
            /// Whether someone else may have used the account.
            compromised_account: Option<bool> = "compromisedAccount",
            /// The account's name.
            screen_name: Option<String> = "screenName",
            /// Names it showed.
            display_name: Vec<String> = "displayName",
            /// Its pages.
            profile_url: Vec<String> = "profileUrl",
            /// What it says of itself.
            profile_bio: Option<String> = "profileBio",
            /// Addresses it was seen at.
            ip_capture_event: Vec<IpCaptureEvent> = "ipCaptureEvent",
            /// Devices it was seen on.
            device_id: Vec<DeviceId> = "deviceId",
            /// Numbers of earlier reports.
            prior_ct_reports: Vec<i64> = "priorCTReports",
            /// A group it belongs to.
            group_identifier: Option<String> = "groupIdentifier",
            /// Whether it was disabled for a time.
            account_temporarily_disabled:
                Option<AccountTemporarilyDisabled> = "accountTemporarilyDisabled",
            /// Whether it was disabled for good.
            account_permanently_disabled:
                Option<AccountPermanentlyDisabled> = "accountPermanentlyDisabled",
            /// Where it seems to be.
            estimated_location: Option<EstimatedLocation> = "estimatedLocation",
            /// Whether all its email addresses are given.
            all_emails_reported: Option<bool> = "allEmailsReported",
            /// Anything else.
            additional_info: Vec<String> = "additionalInfo",
        }
    }
}

sequence! {
    /// Someone harmed.
    pub struct Victim = "victim" {
        elements {
            /// The person.
            person: Person = "victimPerson",
            /// The platform's own number of the account.
            esp_identifier: Option<String> = "espIdentifier",
            /// The service the account is on.
            esp_service: Option<String> = "espService",
            /// Whether someone else may have used the account.
            compromised_account: Option<bool> = "compromisedAccount",
            /// The account's name.
            screen_name: Option<String> = "screenName",
            /// Names it showed.
            display_name: Vec<String> = "displayName",
            /// Its pages.
            profile_url: Vec<String> = "profileUrl",
            /// What it says of itself.
            profile_bio: Option<String> = "profileBio",
            /// Addresses it was seen at.
            ip_capture_event: Vec<IpCaptureEvent> = "ipCaptureEvent",
            /// Devices it was seen on.
            device_id: Vec<DeviceId> = "deviceId",
            /// The school.
            school_name: Option<String> = "schoolName",
            /// Numbers of earlier reports.
            prior_ct_reports: Vec<i64> = "priorCTReports",
            /// Whether it was disabled for a time.
            account_temporarily_disabled:
                Option<AccountTemporarilyDisabled> = "accountTemporarilyDisabled",
            /// Whether it was disabled for good.
            account_permanently_disabled:
                Option<AccountPermanentlyDisabled> = "accountPermanentlyDisabled",
            /// Where it seems to be.
            estimated_location: Option<EstimatedLocation> = "estimatedLocation",
            /// Whether all its email addresses are given.
            all_emails_reported: Option<bool> = "allEmailsReported",
            /// Accounts associated with it.
            associated_account: Vec<AssociatedAccount> = "associatedAccount",
            /// Anything else.
            additional_info: Option<String> = "additionalInfo",
        }
    }
}

sequence! {
    /// An account associated with another.
    pub struct AssociatedAccount = "associatedAccount" {
        attributes {
            /// How it is associated.
            kind: AssociatedAccountType = "type",
        }
        elements {
            /// The platform it is on.
            platform: Option<AssociatedPlatform> = "platform",
            /// First name.
            first_name: Option<String> = "firstName",
            /// Middle name.
            middle_name: Option<String> = "middleName",
            /// Last name.
            last_name: Option<String> = "lastName",
            /// Age in years, roughly.
            approximate_age: Option<i32> = "approximateAge",
            /// Birth date.
            date_of_birth: Option<Date> = "dateOfBirth",
            /// Phone numbers.
            phone: Vec<Phone> = "phone",
            /// Email addresses.
            email: Vec<Email> = "email",
            /// Whether all its email addresses are given.
            all_emails_reported: Option<bool> = "allEmailsReported",
            /// Postal addresses.
            address: Vec<Address> = "address",
            /// The service the account is on.
            esp_service: Option<String> = "espService",
            /// The platform's own number of the account.
            esp_identifier: Option<String> = "espIdentifier",
            /// Its pages.
            profile_url: Vec<String> = "profileUrl",
            /// The account's name.
            screen_name: Option<String> = "screenName",
            /// Names it showed.
            display_name: Vec<String> = "displayName",
            /// What it says of itself.
            profile_bio: Option<String> = "profileBio",
            /// A group it belongs to.
            group_identifier: Option<String> = "groupIdentifier",
            /// Whether someone else may have used the account.
            compromised_account: Option<bool> = "compromisedAccount",
            /// Whether it was disabled for a time.
            account_temporarily_disabled:
                Option<AccountTemporarilyDisabled> = "accountTemporarilyDisabled",
            /// Whether it was disabled for good.
            account_permanently_disabled:
                Option<AccountPermanentlyDisabled> = "accountPermanentlyDisabled",
            /// Addresses it was seen at.
            ip_capture_event: Vec<IpCaptureEvent> = "ipCaptureEvent",
            /// Devices it was seen on.
            device_id: Vec<DeviceId> = "deviceId",
            /// Numbers of earlier reports.
            prior_ct_report: Vec<i64> = "priorCTReport",
            /// Anything else.
            additional_info: Option<String> = "additionalInfo",
        }
    }
}

text! {
    /// The platform of an associated account.
    pub struct AssociatedPlatform = "associatedPlatform" {
        attributes {
            /// Whether it is a third party's user, of whom the sender knows no more.
            third_party_user: Option<bool> = "thirdPartyUser",
        }
        /// Its name.
        value: String = text,
    }
}

sequence! {
    /// A person.
    pub struct Person = "person" {
        elements {
            /// First name.
            first_name: Option<String> = "firstName",
            /// Last name.
            last_name: Option<String> = "lastName",
            /// Phone numbers.
            phone: Vec<Phone> = "phone",
            /// Email addresses.
            email: Vec<Email> = "email",
            /// Postal addresses.
            address: Vec<Address> = "address",
            /// Age in years.
            age: Option<i32> = "age",
            /// Birth date.
            date_of_birth: Option<Date> = "dateOfBirth",
        }
    }
}

sequence! {
    /// Someone to ask.
    pub struct ContactPerson = "contactPerson" {
        elements {
            /// First name.
            first_name: Option<String> = "firstName",
            /// Last name.
            last_name: Option<String> = "lastName",
            /// Phone numbers.
            phone: Vec<Phone> = "phone",
            /// Email addresses.
            email: Vec<Email> = "email",
            /// Postal addresses.
            address: Vec<Address> = "address",
        }
    }
}

sequence! {
    /// A postal address.
    pub struct Address = "address" {
        attributes {
            /// What it is for.
            kind: Option<AddressType> = "type",
        }
        elements {
            /// Street and number.
            address: Option<String> = "address",
            /// City.
            city: Option<String> = "city",
            /// Postal code.
            zip_code: Option<String> = "zipCode",
            /// State of the USA.
            state: Option<State> = "state",
            /// State or province elsewhere.
            non_usa_state: Option<String> = "nonUsaState",
            /// Country.
            country: Option<Country> = "country",
        }
    }
}

text! {
    /// An email address.
    pub struct Email = "email" {
        attributes {
            /// What it is for.
            kind: Option<EmailType> = "type",
            /// Whether the sender verified it.
            verified: Option<bool> = "verified",
            /// When.
            verification_date: Option<DateTime> = "verificationDate",
        }
        /// The address.
        value: String = text,
    }
}

text! {
    /// A phone number.
    pub struct Phone = "phone" {
        attributes {
            /// What it is for.
            kind: Option<PhoneType> = "type",
            /// Whether the sender verified it.
            verified: Option<bool> = "verified",
            /// When.
            verification_date: Option<DateTime> = "verificationDate",
            /// The country's calling code.
            country_calling_code: Option<CallingCode> = "countryCallingCode",
            /// The extension.
            extension: Option<Extension> = "extension",
        }
        /// The number.
        value: String = text,
    }
}

sequence! {
    /// Where an account seems to be.
    pub struct EstimatedLocation = "estimatedLocation" {
        attributes {
            /// Whether the sender verified it.
            verified: Option<bool> = "verified",
            /// When it seemed so.
            timestamp: Option<DateTime> = "timestamp",
        }
        elements {
            /// City.
            city: Option<String> = "city",
            /// Region.
            region: Option<String> = "region",
            /// Country.
            country_code: Option<Country> = "countryCode",
        }
    }
}

sequence! {
    /// An internet address that was seen.
    pub struct IpCaptureEvent = "ipCaptureEvent" {
        elements {
            /// The address; the format takes any text.
            ip_address: String = "ipAddress",
            /// What it was seen doing.
            event_name: Option<CaptureEvent> = "eventName",
            /// When.
            date_time: Option<DateTime> = "dateTime",
            /// Whether it may be a proxy.
            possible_proxy: Option<bool> = "possibleProxy",
            /// The source port; the format takes any whole number.
            port: Option<i32> = "port",
        }
    }
}

sequence! {
    /// A device that was seen.
    pub struct DeviceId = "deviceId" {
        elements {
            /// What kind of id.
            id_type: String = "idType",
            /// The id.
            id_value: String = "idValue",
            /// What it was seen doing.
            event_name: Option<CaptureEvent> = "eventName",
            /// When.
            date_time: Option<DateTime> = "dateTime",
        }
    }
}

text! {
    /// Whether an account was disabled for a time.
    pub struct AccountTemporarilyDisabled = "accountTemporarilyDisabled" {
        attributes {
            /// When.
            disabled_date: Option<DateTime> = "disabledDate",
            /// Whether its user was told.
            user_notified: Option<bool> = "userNotified",
            /// When its user was told.
            user_notified_date: Option<DateTime> = "userNotifiedDate",
            /// When it was enabled again.
            reenabled_date: Option<DateTime> = "reenabledDate",
        }
        /// Whether it was.
        disabled: bool = text,
    }
}

text! {
    /// Whether an account was disabled for good.
    pub struct AccountPermanentlyDisabled = "accountPermanentlyDisabled" {
        attributes {
            /// When.
            disabled_date: Option<DateTime> = "disabledDate",
            /// Whether its user was told.
            user_notified: Option<bool> = "userNotified",
            /// When its user was told.
            user_notified_date: Option<DateTime> = "userNotifiedDate",
        }
        /// Whether it was.
        disabled: bool = text,
    }
}
