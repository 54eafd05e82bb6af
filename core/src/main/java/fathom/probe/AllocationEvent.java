package fathom.probe;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** A JDK Flight Recorder event: memory was allocated for a tensor. */
@Name("fathom.Allocation")
@Label("Allocation")
@Description("Memory was allocated for a tensor; small allocations are omitted (-Dfathom.profile.allocation)")
@Category("Fathom")
final class AllocationEvent extends Event {
    @Label("Bytes")
    @DataAmount
    long bytes;

    AllocationEvent(long bytes) {
        this.bytes = bytes;
    }

    /** An empty event, to ask whether such events are being recorded. */
    AllocationEvent() {
        this(0);
    }
}
