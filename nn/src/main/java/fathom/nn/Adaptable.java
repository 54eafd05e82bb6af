package fathom.nn;

import java.util.List;

/** A block whose products {@link Lora} can adapt. */
public interface Adaptable {
    /** {@return the products that can be adapted} */
    List<AdapterSlot> adapterSlots();
}
