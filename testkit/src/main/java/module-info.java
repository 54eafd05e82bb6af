import org.jspecify.annotations.NullMarked;

/** The naive scalar backend that is the oracle of the others, and golden files. For tests only. */
@NullMarked
module fathom.testkit {
    requires static org.jspecify;
    requires transitive fathom.core;
    requires transitive org.assertj.core;
    requires java.management;
    requires jdk.management;
    requires tools.jackson.databind;

    exports fathom.testkit;

    uses fathom.primitive.Backend;

    provides fathom.device.DeviceType with
            fathom.testkit.UntouchableDevice;
    provides fathom.primitive.Backend with
            fathom.testkit.NaiveBackend,
            fathom.testkit.UntouchableBackend;
}
