//! What a sender says of a file.

use super::binding::OneOrMore;
use super::enumerations::{DetailsType, FileClassification, FileRelevance};
use super::lexical::{DateTime, Token};
use super::people::{DeviceId, IpCaptureEvent};

document!(FileDetails = "fileDetails");

sequence! {
    /// What a sender says of a file. Absent never means false.
    pub struct FileDetails = "fileDetails" {
        elements {
            /// The report's number.
            report_id: i64 = "reportId",
            /// The file's token.
            file_id: Token = "fileId",
            /// The file's name.
            file_name: Option<String> = "fileName",
            /// The name its uploader gave.
            original_file_name: Option<String> = "originalFileName",
            /// When it was uploaded to the sender.
            uploaded_to_esp_timestamp: Option<DateTime> = "uploadedToEspTimestamp",
            /// Where it was.
            location_of_file: Option<String> = "locationOfFile",
            /// Whether the sender viewed it.
            file_viewed_by_esp: Option<bool> = "fileViewedByEsp",
            /// Whether the sender viewed its metadata.
            exif_viewed_by_esp: Option<bool> = "exifViewedByEsp",
            /// Whether it was publicly available.
            publicly_available: Option<bool> = "publiclyAvailable",
            /// Whether it is what the report is about.
            file_relevance: Option<FileRelevance> = "fileRelevance",
            /// Either of the two ways to mark it.
            marking: Option<FileMarking> = choice,
            /// Its class in the industry's scale.
            industry_classification: Option<FileClassification> = "industryClassification",
            /// Hashes of the bytes as they were uploaded to the sender.
            original_file_hash: Vec<Hash> = "originalFileHash",
            /// The address it was uploaded from.
            ip_capture_event: Option<IpCaptureEvent> = "ipCaptureEvent",
            /// Devices it was uploaded from.
            device_id: Vec<DeviceId> = "deviceId",
            /// Details.
            details: Vec<Details> = "details",
            /// Anything else.
            additional_info: Vec<String> = "additionalInfo",
        }
    }
}

choice! {
    /// The two ways to mark a file.
    pub enum FileMarking {
        /// Whether it may be a meme.
        PotentialMeme(bool) = "potentialMeme",
        /// Marks.
        Annotations(FileAnnotations) = "fileAnnotations",
    }
}

marks! {
    /// Marks on a file.
    pub struct FileAnnotations = "fileAnnotations" {
        /// A drawing or animation.
        anime_drawing_virtual_hentai = "animeDrawingVirtualHentai",
        /// A potential meme.
        potential_meme = "potentialMeme",
        /// Viral.
        viral = "viral",
        /// Possibly self-produced.
        possible_self_production = "possibleSelfProduction",
        /// Physical harm.
        physical_harm = "physicalHarm",
        /// Violence or gore.
        violence_gore = "violenceGore",
        /// Bestiality.
        bestiality = "bestiality",
        /// Live-streamed.
        live_streaming = "liveStreaming",
        /// An infant.
        infant = "infant",
        /// Made by generative AI.
        generative_ai = "generativeAi",
    }
}

text! {
    /// A hash.
    pub struct Hash = "hash" {
        attributes {
            /// Its type, in free text.
            hash_type: String = "hashType",
        }
        /// The hash.
        value: String = text,
    }
}

sequence! {
    /// Details of one kind.
    pub struct Details = "details" {
        attributes {
            /// Which kind.
            kind: Option<DetailsType> = "type",
        }
        elements {
            /// The details.
            name_value_pair: OneOrMore<NameValue> = "nameValuePair",
        }
    }
}

sequence! {
    /// A detail.
    pub struct NameValue = "nameValue" {
        elements {
            /// Its name.
            name: String = "name",
            /// Its value.
            value: String = "value",
        }
    }
}
