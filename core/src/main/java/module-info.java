import org.jspecify.annotations.NullMarked;

/** Tensors, automatic differentiation, primitives and files: the basis of all other modules. */
@NullMarked
module fathom.core {
    requires static transitive org.jspecify;
    requires static java.management;
    requires jdk.jfr;
    requires ejml.core;
    requires ejml.ddense;
    requires tools.jackson.databind;

    exports fathom;
    exports fathom.ops;
    exports fathom.functional;
    exports fathom.functions;
    exports fathom.io;
    exports fathom.options;
    exports fathom.backend;
    exports fathom.device;
    exports fathom.files to
            fathom.bench,
            fathom.cli,
            fathom.cuda,
            fathom.data,
            fathom.interop,
            fathom.onednn,
            fathom.optim,
            fathom.plot,
            fathom.text,
            fathom.train,
            fathom.vision;
    exports fathom.guard to
            fathom.nn,
            fathom.optim,
            fathom.train;
    exports fathom.ir;
    exports fathom.memory to
            fathom.bench,
            fathom.cli,
            fathom.conformance,
            fathom.cpu,
            fathom.cuda,
            fathom.onednn,
            fathom.testkit,
            fathom.train,
            fathom.vision;
    exports fathom.profile;
    exports fathom.services to
            fathom.cli,
            fathom.data,
            fathom.optim,
            fathom.train;
    exports fathom.recurrent to
            fathom.interop,
            fathom.nn;
    exports fathom.primitive to
            fathom.bench,
            fathom.conformance,
            fathom.cpu,
            fathom.cuda,
            fathom.distributed,
            fathom.interop,
            fathom.nn,
            fathom.onednn,
            fathom.optim,
            fathom.testkit,
            fathom.train;
    exports fathom.primitive.neural to
            fathom.bench,
            fathom.conformance,
            fathom.cpu,
            fathom.cuda,
            fathom.interop,
            fathom.nn,
            fathom.onednn,
            fathom.optim,
            fathom.testkit,
            fathom.train;
    exports fathom.primitive.indexing to
            fathom.bench,
            fathom.conformance,
            fathom.cpu,
            fathom.cuda,
            fathom.interop,
            fathom.nn,
            fathom.onednn,
            fathom.optim,
            fathom.testkit,
            fathom.train;
    exports fathom.primitive.window to
            fathom.bench,
            fathom.conformance,
            fathom.cpu,
            fathom.cuda,
            fathom.interop,
            fathom.nn,
            fathom.onednn,
            fathom.optim,
            fathom.testkit,
            fathom.train;

    uses fathom.backend.ComputeBackend;
    uses fathom.device.DeviceType;
    uses fathom.primitive.Backend;
}
