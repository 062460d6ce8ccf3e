//! Opens sealed objects by the place the database names. *Edge.*

use std::{fs::File, sync::Arc};

use mayfly_retention::{Cohort, Key32, ObjectId, Place, segment::SegmentReader};

use crate::{
    app::House,
    error::{Error, Result},
};

/// The cohort and object that two columns name.
pub fn place((cohort, object): &(String, String)) -> Result<Place> {
    Ok(Place {
        cohort: Cohort::parse(cohort)?,
        id: ObjectId::parse(object)?,
    })
}

/// The key of `cohort`. A destroyed one is an error of the custody's own; one that is merely not there is missing.
pub fn key(house: &House, cohort: Cohort) -> Result<Arc<Key32>> {
    house
        .custody
        .existing_key(cohort)?
        .ok_or_else(|| Error::Operator {
            code: "KEY-MISSING",
            sentence: "the keyring has no key for these records, although it was never destroyed".into(),
            remedy: "put the newest key directory back",
        })
}

/// Whether the object at the place that two columns name can still be opened.
pub fn is_held(house: &House, columns: &(String, String)) -> Result<bool> {
    Ok(!house.custody.is_destroyed(place(columns)?.cohort)?)
}

/// The segment at the place that two columns name.
pub fn segment(house: &House, columns: &(String, String)) -> Result<SegmentReader<File>> {
    let place = place(columns)?;
    Ok(house.vault.open_segment(place, &*key(house, place.cohort)?)?)
}

/// The two columns that name a place.
pub fn columns(place: Place) -> (String, String) {
    (place.cohort.name(), place.id.to_string())
}
