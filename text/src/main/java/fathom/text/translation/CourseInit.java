package fathom.text.translation;

import fathom.Tensor;
import fathom.nn.Block;
import fathom.nn.Init;

/** The course's initial weights of sequence-to-sequence models. */
final class CourseInit {
    private CourseInit() {}

    /** Draws all matrices of a recurrent or linear layer from Xavier's uniform distribution. */
    static void xavier(Block layer) {
        for (Tensor p : layer.parameters()) {
            if (p.dim() == 2) {
                Init.xavierUniform_(p);
            }
        }
    }
}
