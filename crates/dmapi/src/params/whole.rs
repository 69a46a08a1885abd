//! Values that are taken out of their readings together.

use super::Read;

/// Values that were all read, taken out of their results together.
pub trait Whole {
    type Values;
    fn whole(self) -> Read<Self::Values>;
}

macro_rules! whole {
    ($($name:ident)+) => {
        #[allow(non_snake_case)]
        impl<$($name),+> Whole for ($(Read<$name>,)+) {
            type Values = ($($name,)+);
            fn whole(self) -> Read<Self::Values> {
                let ($($name,)+) = self;
                Ok(($($name?,)+))
            }
        }
    };
}

/// Groups of values may be nested, since long tuples read badly.
impl<A: Whole, B: Whole, C: Whole> Whole for Groups<A, B, C> {
    type Values = (A::Values, B::Values, C::Values);
    fn whole(self) -> Read<Self::Values> {
        Ok((self.0.whole()?, self.1.whole()?, self.2.whole()?))
    }
}

/// Three groups of values that are read together.
pub struct Groups<A, B, C>(pub A, pub B, pub C);

whole!(A);
whole!(A B);
whole!(A B C);
whole!(A B C D);
whole!(A B C D E);
whole!(A B C D E F);
whole!(A B C D E F G);
whole!(A B C D E F G H);
