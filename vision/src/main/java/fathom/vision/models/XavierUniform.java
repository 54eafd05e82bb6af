package fathom.vision.models;

import fathom.nn.Block;
import fathom.nn.Init;
import fathom.nn.Linear;
import fathom.nn.conv.ConvLayer;

/** The initialisation of the course's convolutional networks. */
final class XavierUniform {
    private XavierUniform() {}

    static void initialise(Block model) {
        model.apply(block -> {
            switch (block) {
                case Linear linear -> Init.xavierUniform_(linear.weight);
                case ConvLayer conv -> Init.xavierUniform_(conv.weight);
                default -> {}
            }
        });
    }
}
