package fathom.probe;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** For JDK Flight Recorder: memory of some size was handed out to a tensor. */
@Name("fathom.Allocation")
@Label("Allocation")
@Description("Memory was handed out to a tensor; small ones are left out (-Dfathom.profile.allocation)")
@Category("Fathom")
final class AllocationEvent extends Event {
    @Label("Bytes")
    @DataAmount
    long bytes;

    AllocationEvent(long bytes) {
        this.bytes = bytes;
    }

    /** For asking whether anybody records such events. */
    AllocationEvent() {
        this(0);
    }
}
