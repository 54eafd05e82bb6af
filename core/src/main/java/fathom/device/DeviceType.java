package fathom.device;

/**
 * A kind of device, such as {@code cuda}. Types are loaded as services, from the module path and the class path; one
 * that fails to load is skipped with a warning that names it. Kernels run on the {@linkplain
 * fathom.backend.ComputeBackend#deviceType backends of the type}.
 */
public interface DeviceType {

    /**
     * {@return the name of the type, in lower-case letters; its devices are called {@code name}, {@code name:1} and so
     * on}
     */
    String name();

    /** {@return the number of devices of this type in this machine; 0 if there are none or their driver is missing} */
    int count();

    /**
     * {@return the priority for {@link fathom.Device#best}: the highest wins; the CPU has 0, and devices with a
     * negative priority, which exist for tests, are never chosen}
     */
    default int preference() {
        return 1;
    }

    /**
     * Opens a device; called once per device, before its first use.
     *
     * @param index from 0 (inclusive) to {@link #count} (exclusive)
     */
    DeviceMemory open(int index);
}
