import org.jspecify.annotations.NullMarked;

/** Models of other systems: reads ONNX files as layers, and writes networks as ONNX files. */
@NullMarked
module fathom.interop {
    requires static org.jspecify;
    requires transitive fathom.nn;

    exports fathom.interop.onnx;
    exports fathom.interop.onnx.export;
}
