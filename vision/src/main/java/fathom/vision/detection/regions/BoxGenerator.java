package fathom.vision.detection.regions;

import fathom.Tensor;
import java.util.List;

/** Makes the boxes from which a detector's predictions are offsets. They depend on shapes alone. */
public interface BoxGenerator {
    /** {@return the number of boxes at each position, for each feature map} */
    List<Integer> perLocation();

    /**
     * {@return the boxes of each feature map, {@code [H W K, 4]}: left, top, right and bottom in pixels of the images}
     *
     * @param features feature maps {@code [N, C, H, W]}, whose type and device are used
     * @param height the images' height in pixels
     * @param width their width
     * @throws IllegalArgumentException if there are more or fewer maps than this generator is for
     */
    List<Tensor> anchors(List<Tensor> features, int height, int width);
}
