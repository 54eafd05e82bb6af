/**
 * The oneDNN backend. {@link fathom.onednn.OneDnnBackend} implements the backend interface; a {@code Plan} per
 * primitive and layout, cached in {@code PlanCache}, divides the work into tasks; a {@code Prepared} is a compiled
 * oneDNN primitive, which a task runs on its thread; {@code Dnnl} binds the C API; {@code NativeLibrary} and {@code
 * NativeCarrier} load the library.
 */
package fathom.onednn;
