//! Notes: shapes, hostile input, who is believed.
