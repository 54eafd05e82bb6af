import org.jspecify.annotations.NullMarked;

/** Models of other systems: reads ONNX files as layers. */
@NullMarked
module fathom.interop {
    requires static org.jspecify;
    requires transitive fathom.nn;

    exports fathom.interop.onnx;
}
