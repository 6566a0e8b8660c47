export const drop = {
  download: 'Download',
  links: 'Links, each as a file of its own',
  lists: 'The links that are in a list',
  noDownload: 'Files of this computer can only be packed',
  pack: 'Pack into a ZIP',
  packMore: 'Add to the package',
  linksPacked: 'Links, all into one file',
  files_one: '{{count}} file or folder of this computer',
  files_other: '{{count}} files or folders of this computer',
  onlyPacked_one: 'One of the files is no list of links. It can be packed into a ZIP.',
  onlyPacked_other: '{{count}} of the files are no lists of links. They can be packed into a ZIP.',
  nothing: 'No link was found in what was dropped.',
} as const;
