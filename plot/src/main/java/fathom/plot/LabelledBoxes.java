package fathom.plot;

import fathom.Tensor;
import java.util.List;

/** Boxes on an image with a label each: what a detector found, or the ground truth. */
public interface LabelledBoxes {
    /** {@return the boxes, {@code [N, 4]}: left, top, right and bottom, in pixels of the image} */
    Tensor boxes();

    /** {@return a label for each box, such as {@code dog 0.98}; empty for none} */
    List<String> labels();
}
