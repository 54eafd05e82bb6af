/**
 * The data hub: finds the files of data sets, or downloads them.
 *
 * <p>A {@link fathom.data.hub.DatasetCard} describes a data set, {@link fathom.data.hub.CourseDatasets} has those of
 * the course, and {@link fathom.data.hub.DataHub} finds their files. {@link fathom.data.hub.Download} and {@link
 * fathom.data.hub.Archives} can be used by themselves.
 */
package fathom.data.hub;
