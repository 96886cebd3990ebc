//! The listed values of the schema.

enumeration! {
    /// What kind of incident.
    pub enum IncidentType = "incidentType" {
        /// Abuse material.
        AbuseMaterial = "Child Pornography (possession, manufacture, and distribution)",
        /// Trafficking.
        Trafficking = "Child Sex Trafficking",
        /// Travel.
        Travel = "Child Sex Tourism",
        /// Molestation.
        Molestation = "Child Sexual Molestation",
        /// A misleading domain name.
        MisleadingDomain = "Misleading Domain Name",
        /// Misleading words or images.
        MisleadingContent = "Misleading Words or Digital Images on the Internet",
        /// Enticement.
        Enticement = "Online Enticement of Children for Sexual Acts",
        /// Unsolicited material.
        UnsolicitedMaterial = "Unsolicited Obscene Material Sent to a Child",
    }
}

enumeration! {
    /// Why reports were batched.
    pub enum BatchReason = "batchedReportReason" {
        /// A viral potential meme.
        ViralPotentialMeme = "VIRAL_POTENTIAL_MEME",
    }
}

enumeration! {
    /// What an address or a device was seen doing.
    pub enum CaptureEvent = "ipCaptureType" {
        /// Signing in.
        Login = "Login",
        /// Registering.
        Registration = "Registration",
        /// Buying.
        Purchase = "Purchase",
        /// Uploading.
        Upload = "Upload",
        /// Something else.
        Other = "Other",
        /// Not known.
        Unknown = "Unknown",
    }
}

enumeration! {
    /// What a postal address is for.
    pub enum AddressType = "addressType" {
        /// Home.
        Home = "Home",
        /// Business.
        Business = "Business",
        /// Billing.
        Billing = "Billing",
        /// Shipping.
        Shipping = "Shipping",
        /// Technical.
        Technical = "Technical",
    }
}

enumeration! {
    /// What an email address is for.
    pub enum EmailType = "emailType" {
        /// Home.
        Home = "Home",
        /// Work.
        Work = "Work",
        /// Business.
        Business = "Business",
        /// Recovery of an account.
        Recovery = "Recovery",
    }
}

enumeration! {
    /// What a phone number is for.
    pub enum PhoneType = "phoneType" {
        /// Mobile.
        Mobile = "Mobile",
        /// Home.
        Home = "Home",
        /// Business.
        Business = "Business",
        /// Work.
        Work = "Work",
        /// Fax.
        Fax = "Fax",
        /// Internet telephony.
        Internet = "Internet",
        /// Recovery of an account.
        Recovery = "Recovery",
    }
}

enumeration! {
    /// How an account is associated with another.
    pub enum AssociatedAccountType = "associatedAccountType" {
        /// It pays.
        Billing = "Billing",
        /// It is linked.
        Linked = "Linked",
        /// It is a business.
        Business = "Business",
        /// It created the other.
        Creator = "Creator",
        /// It is a parent's or guardian's.
        ParentGuardian = "Parent/Guardian",
        /// Otherwise.
        Other = "Other",
    }
}

enumeration! {
    /// Whether a file is what the report is about.
    pub enum FileRelevance = "fileRelevance" {
        /// It is; senders who say nothing mean this.
        Reported = "Reported",
        /// It gives context.
        SupplementalReported = "Supplemental Reported",
    }
}

enumeration! {
    /// The industry's classes: A prepubescent, B pubescent; rank 1 or 2.
    pub enum FileClassification = "fileClassification" {
        /// A1.
        A1 = "A1",
        /// A2.
        A2 = "A2",
        /// B1.
        B1 = "B1",
        /// B2.
        B2 = "B2",
    }
}

enumeration! {
    /// What kind of details of a file.
    pub enum DetailsType = "metadataTypes" {
        /// From the file's EXIF block.
        Exif = "EXIF",
        /// A hash.
        Hash = "HASH",
    }
}
