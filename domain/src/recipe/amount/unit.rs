//! Units of amounts.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use crate::enums::stored_enum;

stored_enum! {
    /// The unit of an amount. Kitchen units have no exact size.
    MeasuringUnit {
        /// Metric.
        Gram = "GRAM",
        /// Metric.
        Kilogram = "KILOGRAM",
        /// 28.35 g.
        Ounce = "OUNCE",
        /// 453.6 g.
        Pound = "POUND",
        /// Metric.
        Millilitre = "MILLILITRE",
        /// Metric.
        Centilitre = "CENTILITRE",
        /// Metric.
        Decilitre = "DECILITRE",
        /// Metric.
        Litre = "LITRE",
        /// About 5 ml.
        Teaspoon = "TEASPOON",
        /// About 15 ml.
        Tablespoon = "TABLESPOON",
        /// A spoon of unspecified size.
        Spoon = "SPOON",
        /// About 240 ml.
        Cup = "CUP",
        /// About 30 ml.
        FluidOunce = "FLUID_OUNCE",
        /// 473 or 568 ml.
        Pint = "PINT",
        /// 946 or 1,137 ml.
        Quart = "QUART",
        /// 3.79 or 4.55 l.
        Gallon = "GALLON",
        /// A unit of length.
        Centimetre = "CENTIMETRE",
        /// A unit of length.
        Inch = "INCH",
        /// As much as two fingers hold.
        Pinch = "PINCH",
        /// A small shake or pour.
        Dash = "DASH",
        /// A small pour.
        Splash = "SPLASH",
        /// A thin thread of it.
        Drizzle = "DRIZZLE",
        /// As much as a hand holds.
        Handful = "HANDFUL",
        /// Of garlic and the like.
        Clove = "CLOVE",
        /// Of cabbage, lettuce, garlic.
        Head = "HEAD",
        /// Also a rib.
        Stalk = "STALK",
        /// A small branch.
        Sprig = "SPRIG",
        /// As sold or picked.
        Bunch = "BUNCH",
        /// One leaf.
        Leaf = "LEAF",
        /// Also a strip or rasher.
        Slice = "SLICE",
        /// Of butter, cinnamon, celery.
        Stick = "STICK",
        /// Of sugar, stock, ice.
        Cube = "CUBE",
        /// As tofu and cheese are sold.
        Block = "BLOCK",
        /// Of pastry, pasta, seaweed.
        Sheet = "SHEET",
        /// A whole bread.
        Loaf = "LOAF",
        /// A drinking glass.
        Glass = "GLASS",
        /// For spirits.
        Shot = "SHOT",
        /// A drinking mug.
        Mug = "MUG",
        /// A bowl.
        Bowl = "BOWL",
        /// Also a tin.
        Can = "CAN",
        /// As sold.
        Jar = "JAR",
        /// As sold.
        Bottle = "BOTTLE",
        /// Also a packet, sachet or container.
        Package = "PACKAGE",
        /// As sold.
        Box = "BOX",
        /// As sold.
        Bag = "BAG",
        /// Of another recipe.
        Serving = "SERVING",
    }
}

/// A family of units whose amounts can be added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitFamily {
    /// The base unit is the gram.
    MetricWeight,
    /// The base unit is the ounce.
    ImperialWeight,
    /// The base unit is the millilitre.
    MetricVolume,
    /// The base unit is the teaspoon.
    Spoons,
}

impl MeasuringUnit {
    /// The family, and the size in the base unit of the family.
    pub fn size(self) -> Option<(UnitFamily, f64)> {
        Some(match self {
            Self::Gram => (UnitFamily::MetricWeight, 1.0),
            Self::Kilogram => (UnitFamily::MetricWeight, 1000.0),
            Self::Ounce => (UnitFamily::ImperialWeight, 1.0),
            Self::Pound => (UnitFamily::ImperialWeight, 16.0),
            Self::Millilitre => (UnitFamily::MetricVolume, 1.0),
            Self::Centilitre => (UnitFamily::MetricVolume, 10.0),
            Self::Decilitre => (UnitFamily::MetricVolume, 100.0),
            Self::Litre => (UnitFamily::MetricVolume, 1000.0),
            Self::Teaspoon => (UnitFamily::Spoons, 1.0),
            Self::Tablespoon => (UnitFamily::Spoons, 3.0),
            Self::Cup => (UnitFamily::Spoons, 48.0),
            _ => return None,
        })
    }

    /// The grams of one unit; `None` unless it is a unit of weight.
    pub fn grams(self) -> Option<f64> {
        match self.size()? {
            (UnitFamily::MetricWeight, grams) => Some(grams),
            (UnitFamily::ImperialWeight, ounces) => Some(ounces * 28.349_523_125),
            _ => None,
        }
    }

    /// Whether it measures a weight or volume, and is not a thing to be counted.
    pub fn is_measure(self) -> bool {
        use MeasuringUnit::{FluidOunce, Gallon, Pint, Quart};
        self.size().is_some() || matches!(self, FluidOunce | Pint | Quart | Gallon)
    }

    /// Whether it is a measure of volume.
    pub fn is_volume(self) -> bool {
        self.is_measure() && self.grams().is_none()
    }

    /// Whether it is a container, or another form in which food is sold.
    pub fn is_container(self) -> bool {
        use MeasuringUnit::{Bag, Block, Bottle, Box, Can, Jar, Loaf, Package};
        matches!(
            self,
            Can | Jar | Bottle | Package | Box | Bag | Block | Loaf
        )
    }

    /// Whether it is a length.
    pub fn is_length(self) -> bool {
        matches!(self, Self::Centimetre | Self::Inch)
    }
}
