package fathom.vision.explain;

import fathom.Tensor;
import java.util.List;

/** A classifier with attention among a class token and the patches of an image, such as a vision transformer. */
public interface Attentive {
    /**
     * {@return the attention weights of each block, in order: [N, heads, L, L], from each of the L tokens to each;
     * token 0 is the class token, the others are the patches, row by row}
     *
     * @param x images, [N, C, H, W]
     */
    List<Tensor> attentionWeights(Tensor x);
}
