//! What both kinds of pool can do, so that a workload is written once for both. Inlined: it costs nothing.
use net_node::{PacketBuilder, PacketPool, ThreadLocalPool};

pub(crate) trait Lender: Sync {
    /// Borrow a builder for `work`; the guard gives it back.
    fn lend<T>(&self, work: impl FnOnce(&mut PacketBuilder) -> T) -> T;
    /// Take a builder out.
    fn take(&self) -> Box<PacketBuilder>;
    /// Give a builder back.
    fn give_back(&self, builder: Box<PacketBuilder>);
    /// The counter that the next packet gets.
    fn next_counter(&self) -> u64;
    /// Builders that are in.
    fn stocked(&self) -> usize;
}

macro_rules! lender {
    ($pool:ty) => {
        impl Lender for $pool {
            #[inline(always)]
            fn lend<T>(&self, work: impl FnOnce(&mut PacketBuilder) -> T) -> T {
                work(&mut self.get())
            }

            #[inline(always)]
            fn take(&self) -> Box<PacketBuilder> {
                self.acquire()
            }

            #[inline(always)]
            fn give_back(&self, builder: Box<PacketBuilder>) {
                self.release(builder);
            }

            fn next_counter(&self) -> u64 {
                self.current_counter()
            }

            fn stocked(&self) -> usize {
                self.available()
            }
        }
    };
}

lender!(PacketPool);
lender!(ThreadLocalPool);
