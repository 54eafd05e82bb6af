import org.jspecify.annotations.NullMarked;

/** NVIDIA GPUs: the device {@code cuda}, whose kernels are generated as CUDA C and compiled at run time. */
@NullMarked
module fathom.cuda {
    requires static org.jspecify;
    requires fathom.core;

    exports fathom.cuda to
            fathom.bench,
            fathom.cli,
            fathom.conformance;

    uses fathom.primitive.Backend;

    provides fathom.device.DeviceType with
            fathom.cuda.CudaDeviceType;
    provides fathom.primitive.Backend with
            fathom.cuda.CudaBackend;
}
