package fathom.probe;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A JDK Flight Recorder event: a backend ran a primitive. */
@Name("fathom.Kernel")
@Label("Kernel")
@Description("A backend ran a primitive")
@Category("Fathom")
@StackTrace(false)
final class KernelEvent extends Event {
    @Label("Primitive")
    String primitive;

    @Label("Shapes")
    @Description("Of the inputs, then of the outputs")
    String shapes;

    @Label("Bytes")
    @Description("Read and written, each element once")
    @DataAmount
    long bytes;

    @Label("Backend")
    String backend;

    KernelEvent(String primitive, String shapes, long bytes, String backend) {
        this.primitive = primitive;
        this.shapes = shapes;
        this.bytes = bytes;
        this.backend = backend;
    }

    /** An empty event, to ask whether such events are being recorded. */
    KernelEvent() {
        this("", "", 0, "");
    }
}
