package fathom.conformance;

import fathom.Device;
import fathom.Tensors;

/** Computes on the default device, with what is logged in the output; for {@link BrokenServicesTest}. */
final class BrokenServices {
    private BrokenServices() {}

    public static void main(String[] args) {
        System.setErr(System.out);
        IO.println("sum " + Tensors.ones(10).sum().item() + " on " + Device.current());
        IO.println("devices " + Device.all());
    }
}
