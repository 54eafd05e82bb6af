/**
 * The recipe of images in folders. Apart from {@link fathom.vision.recipe}, since it creates models, whose recipes are
 * based on that package.
 */
package fathom.vision.folder;
