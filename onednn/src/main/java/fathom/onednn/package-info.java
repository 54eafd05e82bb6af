/**
 * The oneDNN backend. From the outside in: {@link fathom.onednn.OneDnnBackend} answers for primitives; a {@code Plan}
 * per primitive and layout, kept in {@code PlanCache}, divides the work into tasks; a {@code Prepared} is a primitive
 * of oneDNN, run by one task in one thread; {@code Dnnl} is its C interface, {@code NativeLibrary} and {@code
 * NativeCarrier} find it.
 */
package fathom.onednn;
